package io.quiverdb.core.checkpoint;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.secondary.SecondaryVerification;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.RowHash;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;

/// Goes over rows of a segment that follow each other: their order, their limits, and their hashes,
/// computed again from what is on disk; and whether the sparse index and the filters lead to each.
/// A row that cannot be read is noted, and the next one is looked at.
final class RowsVerifier implements Callable<Findings> {
  private final SegmentRows rows;
  private final Segment segment;
  private final int from;
  private final int to;
  private final RowHash hash;
  private final Optional<SecondaryVerification> secondary;
  private final long opCounter;
  private final String path;
  private final Findings findings = new Findings();

  private int row;
  private byte[] idBefore = {};
  private boolean whole = true;
  private Hash128 liveSum = Hash128.ZERO;

  /// @param to the row behind the last
  /// @param secondary is shown the rows; empty if another does that
  /// @param path of the segment's files without what tells them apart
  RowsVerifier(
      SegmentRows rows,
      int from,
      int to,
      RowHash hash,
      Optional<SecondaryVerification> secondary,
      long opCounter,
      String path) {
    this.rows = rows;
    this.segment = rows.segment();
    this.from = from;
    this.to = to;
    this.hash = hash;
    this.secondary = secondary;
    this.opCounter = opCounter;
    this.path = path;
  }

  @Override
  public Findings call() throws IOException {
    if (from > 0) {
      // If it cannot be read, the part before tells.
      boolean _ = new Findings().complete(path, () -> idBefore = segment.id(from - 1));
    }
    for (row = from; row < to; row++) {
      whole &= findings.complete(path + ".ids", this::verifyToDamage);
    }
    return findings;
  }

  Findings findings() {
    return findings;
  }

  /// Whether nothing was found.
  boolean isWhole() {
    return whole;
  }

  /// Of the hashes of the rows that live.
  Hash128 liveSum() {
    return liveSum;
  }

  /// From `row` on, which stands at the row that cannot be read when it throws.
  private void verifyToDamage() {
    var cursor = segment.cursor(row);
    for (; row < to; row++) {
      boolean isThere = cursor.next();
      assert isThere : row + " of " + segment.rowCount();
      verify(cursor);
    }
  }

  private void verify(Segment.Cursor cursor) {
    byte[] id = cursor.id();
    require(id.length >= 1 && id.length <= Point.ID_BYTES_MAX, "id length", "1 to 512", id.length);
    require(Arrays.compareUnsigned(idBefore, id) < 0, "order of ids", "ascending", "not ascending");
    idBefore = id;
    long version = cursor.version();
    require(version >= 1 && version <= opCounter, "version", "1 to " + opCounter, version);
    var payload = cursor.payload();
    require(
        payload.byteSize() <= Payload.BYTES_MAX,
        "payload length",
        "at most " + Payload.BYTES_MAX,
        payload.byteSize());
    var stored = new Hash128(cursor.hashHigh(), cursor.hashLow());
    var computed =
        hash.of(
            id, cursor.vector().asByteBuffer(), payload.toArray(ValueLayout.JAVA_BYTE), version);
    require(computed.equals(stored), "hash of the row", computed, stored);
    require(cursor.isWhereLookUpsLead());
    secondary.ifPresent(indexes -> indexes.add(row, payload));
    findings.countRow();
    if (rows.deaths().isLiveAt(row, opCounter)) {
      liveSum = liveSum.plus(computed);
    }
  }

  private void require(boolean found) {
    if (!found) {
      throw new CorruptFileException(
          path + ".dir", 0, "look-up of the id of row " + row, "the row", "elsewhere or nowhere");
    }
  }

  private void require(boolean holds, String what, Object expected, Object found) {
    if (!holds) {
      throw segment.corruptRow(row, what, expected, found);
    }
  }
}
