package io.quiverdb.core.salvage;

import io.quiverdb.core.Payload;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.core.checkpoint.Findings;
import io.quiverdb.core.segment.RowDeaths;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.state.Hash128;
import io.quiverdb.core.state.RowHash;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The live rows of a segment that can be read and are what was written, in the order of their ids.
final class SalvagedSegment {
  private final Segment segment;
  private final RowDeaths deaths;
  private final RowHash hash;
  private final long opCounter;
  private final String path;
  private final Findings findings;
  private int next;

  /// @param opCounter of the manifest
  /// @param path blamed where a row makes no sense
  SalvagedSegment(
      Segment segment,
      RowDeaths deaths,
      RowHash hash,
      long opCounter,
      String path,
      Findings findings) {
    this.segment = segment;
    this.deaths = deaths;
    this.hash = hash;
    this.opCounter = opCounter;
    this.path = path;
    this.findings = findings;
  }

  /// @param id UTF-8
  @SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
  record Row(byte[] id, StoredPoint point) {}

  /// The next row, empty at the end.
  Optional<Row> next() throws IOException {
    while (next < segment.rowCount()) {
      int row = next++;
      if (!deaths.isLiveAt(row, opCounter)) {
        continue;
      }
      List<Row> read = new ArrayList<>(1);
      if (findings.complete(path, () -> read.add(read(row)))) {
        return Optional.of(read.getFirst());
      }
    }
    return Optional.empty();
  }

  private Row read(int row) {
    byte[] id = segment.id(row);
    long version = segment.version(row);
    var vector = segment.vector(row);
    var payload = segment.payload(row);
    var stored = new Hash128(segment.hashHigh(row), segment.hashLow(row));
    var computed =
        hash.of(id, vector.asByteBuffer(), payload.toArray(ValueLayout.JAVA_BYTE), version);
    if (!computed.equals(stored)) {
      throw segment.corruptRow(row, "hash of the row", computed, stored);
    }
    return new Row(
        id,
        new StoredPoint(
            new String(id, StandardCharsets.UTF_8),
            Vector.fromLittleEndian(vector.asByteBuffer()),
            Payload.of(payload.asByteBuffer()),
            version));
  }
}
