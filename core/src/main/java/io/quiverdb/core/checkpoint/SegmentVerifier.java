package io.quiverdb.core.checkpoint;

import io.quiverdb.core.Damage;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.secondary.SecondaryVerification;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.RowHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

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
  /// @param threads 1 for that of the caller alone; else there are as many parts, on the threads of
  ///   the common pool
  /// @return the sum of the hashes of the rows that live, worth something if nothing was found
  Hash128 verify(String path, int threads) throws IOException {
    var parts = parts(path, threads);
    var secondary = new Secondary(path + ".sec");
    Stream<Task> tasks = Stream.concat(parts.stream(), Stream.of(secondary));
    try {
      (threads == 1 ? tasks : tasks.parallel()).forEach(SegmentVerifier::run);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    var sum = Hash128.ZERO;
    for (var part : parts) {
      findings.addAll(part.findings());
      sum = sum.plus(part.liveSum());
    }
    if (parts.stream().allMatch(RowsVerifier::isWhole)) {
      secondary.compare();
    }
    findings.addAll(secondary.findings);
    return sum;
  }

  private List<RowsVerifier> parts(String path, int count) {
    var parts = new ArrayList<RowsVerifier>();
    for (int part = 0; part < count; part++) {
      int from = (int) ((long) segment.rowCount() * part / count);
      int to = (int) ((long) segment.rowCount() * (part + 1) / count);
      parts.add(new RowsVerifier(rows, from, to, hashes.get(), opCounter, path));
    }
    return parts;
  }

  /// With findings of its own: those are for one thread.
  interface Task {
    void run() throws IOException;
  }

  private static void run(Task task) {
    try {
      task.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether the indexes say of each row what it is.
  private final class Secondary implements Task {
    private final String path;
    private final Findings findings = new Findings();
    private Optional<SecondaryVerification> verification = Optional.empty();

    Secondary(String path) {
      this.path = path;
    }

    @Override
    public void run() throws IOException {
      boolean _ =
          findings.complete(
              path, () -> verification = segment.secondaryIndex().map(SecondaryVerification::of));
      if (verification.isPresent()) {
        // Rows that cannot be read are the other parts' to tell.
        boolean _ = new Findings().complete(path, () -> addRows(verification.get()));
      }
    }

    private void addRows(SecondaryVerification indexes) {
      var cursor = segment.cursor(0);
      for (int row = 0; cursor.next(); row++) {
        indexes.add(row, cursor.payload());
      }
    }

    /// When all rows are known to be sound.
    void compare() throws IOException {
      if (verification.isPresent()) {
        boolean _ =
            findings.complete(
                path,
                () ->
                    verification
                        .get()
                        .finish(segment::payload, damage -> findings.add(Damage.of(damage))));
      }
    }
  }
}
