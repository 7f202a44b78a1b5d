package io.quiverdb.core.checkpoint;

import io.quiverdb.core.Damage;
import io.quiverdb.core.parallel.Parts;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.secondary.SecondaryVerification;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.RowHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/// Goes over all rows of a segment, part by part, and over its secondary indexes.
final class SegmentVerifier {
  private final SegmentRows rows;
  private final Segment segment;
  private final Supplier<RowHash> hashes;
  private final long opCounter;
  private final Findings findings;

  /// @param hashes makes one for each part
  /// @param opCounter of the manifest: no row is younger, and those are alive that lived then
  SegmentVerifier(SegmentRows rows, Supplier<RowHash> hashes, long opCounter, Findings findings) {
    this.rows = rows;
    this.segment = rows.segment();
    this.hashes = hashes;
    this.opCounter = opCounter;
    this.findings = findings;
  }

  /// @param path of its files without what tells them apart
  /// @param partCount one is gone over by the caller's thread, more by a thread each: their own,
  ///   for whoever else uses a pool would wait
  /// @return the sum of the hashes of the rows that live, worth something if nothing was found
  Hash128 verify(String path, int partCount) throws IOException {
    var secondary = new ArrayList<SecondaryVerification>();
    boolean _ =
        findings.complete(
            path + ".sec",
            () ->
                segment.secondaryIndex().map(SecondaryVerification::of).ifPresent(secondary::add));
    var indexes = secondary.stream().findFirst();
    boolean alone = partCount == 1;
    var parts = parts(path, partCount, alone ? indexes : Optional.empty());
    var secondaryRows = new SecondaryRows(path + ".sec", alone ? Optional.empty() : indexes);
    if (alone) {
      var _ = parts.getFirst().call();
    } else {
      var tasks = new ArrayList<Callable<Findings>>(parts);
      tasks.add(secondaryRows);
      var _ = Parts.ofTasks(tasks);
    }
    var sum = Hash128.ZERO;
    for (var part : parts) {
      findings.addAll(part.findings());
      sum = sum.plus(part.liveSum());
    }
    if (parts.stream().allMatch(RowsVerifier::isWhole)) {
      findings.addAll(secondaryRows.findings);
      if (indexes.isPresent() && secondaryRows.whole) {
        compare(path + ".sec", indexes.get());
      }
    }
    return sum;
  }

  private List<RowsVerifier> parts(
      String path, int count, Optional<SecondaryVerification> indexes) {
    var parts = new ArrayList<RowsVerifier>();
    for (int part = 0; part < count; part++) {
      int from = Parts.bound(segment.rowCount(), part, count);
      int to = Parts.bound(segment.rowCount(), part + 1, count);
      parts.add(new RowsVerifier(rows, from, to, hashes.get(), indexes, opCounter, path));
    }
    return parts;
  }

  /// When all rows are known to be sound.
  private void compare(String path, SecondaryVerification indexes) throws IOException {
    boolean _ =
        findings.complete(
            path,
            () -> indexes.finish(segment::payload, damage -> findings.add(Damage.of(damage))));
  }

  /// Shows the secondary indexes all rows, beside those who go over parts of them.
  private final class SecondaryRows implements Callable<Findings> {
    private final String path;
    private final Optional<SecondaryVerification> indexes;
    private final Findings findings = new Findings();
    private boolean whole = true;

    SecondaryRows(String path, Optional<SecondaryVerification> indexes) {
      this.path = path;
      this.indexes = indexes;
    }

    @Override
    public Findings call() throws IOException {
      if (indexes.isPresent()) {
        whole = findings.complete(path, () -> show(indexes.get()));
      }
      return findings;
    }

    private void show(SecondaryVerification to) {
      var cursor = segment.cursor(0);
      for (int row = 0; cursor.next(); row++) {
        to.add(row, cursor.payload());
      }
    }
  }
}
