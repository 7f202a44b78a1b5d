package io.quiverdb.core.segment;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The sparse index of a segment: the first row and the first id of every `.ids` page. The `.dir`
/// file holds it as follows; numbers are little-endian.
///
/// | offset | bytes | field                                                 |
/// |-------:|------:|-------------------------------------------------------|
/// |      0 |     4 | rows of the segment                                   |
/// |      4 |     4 | dimension of its vectors                              |
/// |      8 |     8 | bytes of its payloads                                 |
/// |     16 |     4 | `.ids` pages                                          |
/// |     20 |       | of each page: first row (4), id's length (2), first id|
final class SegmentDirectory {
  private static final int ROW_COUNT_OFFSET = 0;
  private static final int DIMENSION_OFFSET = ROW_COUNT_OFFSET + Integer.BYTES;
  private static final int PAYLOAD_BYTES_OFFSET = DIMENSION_OFFSET + Integer.BYTES;
  private static final int PAGE_COUNT_OFFSET = PAYLOAD_BYTES_OFFSET + Long.BYTES;
  private static final int PAGES_OFFSET = PAGE_COUNT_OFFSET + Integer.BYTES;

  private final int rowCount;
  private final int dimension;
  private final long payloadBytes;
  private final int[] firstRows;

  /// The first ids of all pages, one after the other; that of page p ends where p + 1's begins.
  private final byte[] ids;

  private final int[] idOffsets;

  private SegmentDirectory(
      int rowCount,
      int dimension,
      long payloadBytes,
      int[] firstRows,
      byte[] ids,
      int[] idOffsets) {
    this.rowCount = rowCount;
    this.dimension = dimension;
    this.payloadBytes = payloadBytes;
    this.firstRows = firstRows;
    this.ids = ids;
    this.idOffsets = idOffsets;
  }

  /// @param encoded verified before
  static SegmentDirectory decode(byte[] encoded) {
    var buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    int pageCount = buffer.getInt(PAGE_COUNT_OFFSET);
    var firstRows = new int[pageCount];
    var idOffsets = new int[pageCount + 1];
    var ids = new byte[encoded.length - PAGES_OFFSET - pageCount * (Integer.BYTES + Short.BYTES)];
    buffer.position(PAGES_OFFSET);
    for (int page = 0; page < pageCount; page++) {
      firstRows[page] = buffer.getInt();
      int idBytes = Short.toUnsignedInt(buffer.getShort());
      buffer.get(ids, idOffsets[page], idBytes);
      idOffsets[page + 1] = idOffsets[page] + idBytes;
    }
    assert !buffer.hasRemaining() : buffer.remaining();
    return new SegmentDirectory(
        buffer.getInt(ROW_COUNT_OFFSET),
        buffer.getInt(DIMENSION_OFFSET),
        buffer.getLong(PAYLOAD_BYTES_OFFSET),
        firstRows,
        ids,
        idOffsets);
  }

  int rowCount() {
    return rowCount;
  }

  int dimension() {
    return dimension;
  }

  long payloadBytes() {
    return payloadBytes;
  }

  int pageCount() {
    return firstRows.length;
  }

  int firstRow(int page) {
    return firstRows[page];
  }

  int pageOfRow(int row) {
    int found = Arrays.binarySearch(firstRows, row);
    return found >= 0 ? found : -found - 2;
  }

  /// The only page that can hold an id: the last that begins at or below it, −1 if none does.
  int pageOfId(byte[] id) {
    int low = 0;
    int high = pageCount();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(ids, idOffsets[middle], idOffsets[middle + 1], id, 0, id.length)
          <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /// Gathers the pages while a segment is written.
  static final class Builder {
    private final ByteArrayOutputStream pages = new ByteArrayOutputStream();
    private int pageCount;

    void addPage(int firstRow, byte[] firstId) {
      var page =
          ByteBuffer.allocate(Integer.BYTES + Short.BYTES + firstId.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(firstRow)
              .putShort((short) firstId.length)
              .put(firstId);
      pages.writeBytes(page.array());
      pageCount++;
    }

    byte[] encode(int rowCount, int dimension, long payloadBytes) {
      return ByteBuffer.allocate(PAGES_OFFSET + pages.size())
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(rowCount)
          .putInt(dimension)
          .putLong(payloadBytes)
          .putInt(pageCount)
          .put(pages.toByteArray())
          .array();
    }
  }
}
