package io.quiverdb.core.segment;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Fills the bodies of `.ids` pages ([IdPage]), one after the other.
final class IdPageBuilder {
  private final int bodyBytes;
  private final MemorySegment rows;
  private final int[] rowOffsets;
  private int rowCount;
  private int rowBytes;

  IdPageBuilder(int bodyBytes) {
    this.bodyBytes = bodyBytes;
    this.rows = MemorySegment.ofArray(new byte[bodyBytes]);
    this.rowOffsets = new int[bodyBytes / (IdPage.ID_OFFSET + Short.BYTES)];
  }

  int rowCount() {
    return rowCount;
  }

  boolean hasRoomFor(byte[] id) {
    return IdPage.ROW_OFFSETS_OFFSET
            + (rowCount + 1) * Short.BYTES
            + rowBytes
            + IdPage.ID_OFFSET
            + id.length
        <= bodyBytes;
  }

  void add(SegmentRow row, long payloadPosition) {
    assert hasRoomFor(row.idUtf8()) : rowBytes;
    int offset = rowBytes;
    rows.set(IdPage.LONG, offset + IdPage.VERSION_OFFSET, row.version());
    rows.set(IdPage.LONG, offset + IdPage.HASH_HIGH_OFFSET, row.hashHigh());
    rows.set(IdPage.LONG, offset + IdPage.HASH_LOW_OFFSET, row.hashLow());
    rows.set(IdPage.LONG, offset + IdPage.PAYLOAD_POSITION_OFFSET, payloadPosition);
    rows.set(IdPage.INT, offset + IdPage.PAYLOAD_LENGTH_OFFSET, (int) row.payload().byteSize());
    rows.set(IdPage.SHORT, offset + IdPage.ID_LENGTH_OFFSET, (short) row.idUtf8().length);
    MemorySegment.copy(
        row.idUtf8(),
        0,
        rows,
        ValueLayout.JAVA_BYTE,
        offset + IdPage.ID_OFFSET,
        row.idUtf8().length);
    rowOffsets[rowCount++] = offset;
    rowBytes += IdPage.ID_OFFSET + row.idUtf8().length;
  }

  /// Writes the page's body and begins the next one.
  ///
  /// @return bytes used
  int writeTo(MemorySegment body) {
    int rowsOffset = IdPage.ROW_OFFSETS_OFFSET + rowCount * Short.BYTES;
    body.set(IdPage.SHORT, IdPage.COUNT_OFFSET, (short) rowCount);
    for (int index = 0; index < rowCount; index++) {
      body.set(
          IdPage.SHORT,
          IdPage.ROW_OFFSETS_OFFSET + (long) index * Short.BYTES,
          (short) (rowsOffset + rowOffsets[index]));
    }
    MemorySegment.copy(rows, 0, body, rowsOffset, rowBytes);
    int usedBytes = rowsOffset + rowBytes;
    rowCount = 0;
    rowBytes = 0;
    return usedBytes;
  }
}
