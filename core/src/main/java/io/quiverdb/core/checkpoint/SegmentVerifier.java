package io.quiverdb.core.checkpoint;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Damage;
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

/// Goes over all rows of a segment: their order, their limits, and their hashes, computed again
/// from what is on disk; and whether its sparse index, its filters and its secondary indexes say of
/// each row what it is. A row that cannot be read is noted, and the next one is looked at.
final class SegmentVerifier {
  private final SegmentRows rows;
  private final Segment segment;
  private final RowHash hash;
  private final long opCounter;
  private final Findings findings;

  private String directoryPath = "";
  private Optional<SecondaryVerification> secondary = Optional.empty();
  private int row;
  private byte[] idBefore = {};
  private Hash128 liveSum = Hash128.ZERO;

  /// @param opCounter of the manifest: no row is younger, and those are alive that lived then
  SegmentVerifier(SegmentRows rows, RowHash hash, long opCounter, Findings findings) {
    this.rows = rows;
    this.segment = rows.segment();
    this.hash = hash;
    this.opCounter = opCounter;
    this.findings = findings;
  }

  /// @param path of its files without what tells them apart
  /// @return the sum of the hashes of the rows that live, worth something if nothing was found
  Hash128 verify(String path) throws IOException {
    directoryPath = path + ".dir";
    boolean _ =
        findings.complete(
            path + ".sec",
            () -> secondary = segment.secondaryIndex().map(SecondaryVerification::of));
    boolean whole = true;
    for (row = 0; row < segment.rowCount(); row++) {
      whole &= findings.complete(path + ".ids", this::verifyToDamage);
    }
    if (whole && secondary.isPresent()) {
      boolean _ =
          findings.complete(
              path + ".sec",
              () ->
                  secondary
                      .get()
                      .finish(segment::payload, damage -> findings.add(Damage.of(damage))));
    }
    return liveSum;
  }

  /// From `row` on, which stands at the row that cannot be read when it throws.
  private void verifyToDamage() {
    var cursor = segment.cursor(row);
    for (; row < segment.rowCount(); row++) {
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
          directoryPath, 0, "look-up of the id of row " + row, "the row", "elsewhere or nowhere");
    }
  }

  private void require(boolean holds, String what, Object expected, Object found) {
    if (!holds) {
      throw segment.corruptRow(row, what, expected, found);
    }
  }
}
