package io.quiverdb.core.segment;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The sparse index of a segment, which is in memory while the segment is open: where the rows of
/// every `.ids` page begin, and filters that say of most ids which are not there that they are not.
/// The `.dir` file holds it as follows; numbers are little-endian.
///
/// | offset | bytes | field                                                     |
/// |-------:|------:|-----------------------------------------------------------|
/// |      0 |     4 | rows of the segment                                       |
/// |      4 |     4 | dimension of its vectors                                  |
/// |      8 |     8 | bytes of its payloads                                     |
/// |     16 |     4 | `.ids` pages                                              |
/// |     20 |     4 | filters                                                   |
/// |     24 |       | of each page: first row (4), separator's length (2), it   |
/// |        |       | of each filter: its first page (4), [FuseFilter]          |
///
/// The separator of a page is the shortest beginning of its first id that is above the last id of
/// the page before. A filter covers consecutive pages, so that one is made in memory that does not
/// grow with the segment.
final class SegmentDirectory {
  private static final int ROW_COUNT_OFFSET = 0;
  private static final int DIMENSION_OFFSET = ROW_COUNT_OFFSET + Integer.BYTES;
  private static final int PAYLOAD_BYTES_OFFSET = DIMENSION_OFFSET + Integer.BYTES;
  private static final int PAGE_COUNT_OFFSET = PAYLOAD_BYTES_OFFSET + Long.BYTES;
  private static final int FILTER_COUNT_OFFSET = PAGE_COUNT_OFFSET + Integer.BYTES;
  private static final int PAGES_OFFSET = FILTER_COUNT_OFFSET + Integer.BYTES;

  /// Of one without separator.
  private static final int PAGE_BYTES_MIN = Integer.BYTES + Short.BYTES;

  /// A filter begins with the first page after so many rows.
  private static final int FILTER_ROWS = 1 << 18;

  private final int rowCount;
  private final int dimension;
  private final long payloadBytes;
  private final int[] firstRows;

  /// How all separators begin but the first, which is empty.
  private final byte[] prefix;

  /// The rest of the separators, one after the other; that of page p ends where p + 1's begins.
  private final byte[] separators;

  private final int[] separatorOffsets;

  /// Of each filter, the first page.
  private final int[] filterPages;

  private final FuseFilter[] filters;

  private SegmentDirectory(
      int rowCount,
      int dimension,
      long payloadBytes,
      int[] firstRows,
      byte[] prefix,
      byte[] separators,
      int[] separatorOffsets,
      int[] filterPages,
      FuseFilter[] filters) {
    this.rowCount = rowCount;
    this.dimension = dimension;
    this.payloadBytes = payloadBytes;
    this.firstRows = firstRows;
    this.prefix = prefix;
    this.separators = separators;
    this.separatorOffsets = separatorOffsets;
    this.filterPages = filterPages;
    this.filters = filters;
  }

  /// Takes no more memory than in proportion to what is there.
  ///
  /// @param encoded what [Builder#encode] gave
  /// @throws IllegalArgumentException if it is something else: of what passes, look-ups lead to
  ///   pages and rows that there are
  static SegmentDirectory decode(byte[] encoded) {
    var buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    require(encoded.length >= PAGES_OFFSET, "length", encoded.length);
    int rowCount = buffer.getInt(ROW_COUNT_OFFSET);
    long payloadBytes = buffer.getLong(PAYLOAD_BYTES_OFFSET);
    require(rowCount >= 0, "rows", rowCount);
    require(payloadBytes >= 0, "bytes of payloads", payloadBytes);
    buffer.position(PAGES_OFFSET);
    int pageCount = count(buffer, PAGE_COUNT_OFFSET, PAGE_BYTES_MIN, "pages");
    require(pageCount <= rowCount && (pageCount > 0) == (rowCount > 0), "pages", pageCount);
    var firstRows = new int[pageCount];
    var separatorOffsets = new int[pageCount + 1];
    var ends = new int[pageCount];
    var starts = new int[pageCount];
    for (int page = 0; page < pageCount; page++) {
      require(buffer.remaining() >= PAGE_BYTES_MIN, "length", encoded.length);
      firstRows[page] = buffer.getInt();
      int separatorBytes = Short.toUnsignedInt(buffer.getShort());
      require(separatorBytes <= buffer.remaining(), "length of a separator", separatorBytes);
      starts[page] = buffer.position();
      ends[page] = buffer.position() + separatorBytes;
      buffer.position(ends[page]);
    }
    requireAscending(firstRows, rowCount, "first row of a page");
    requireAscendingSeparators(encoded, starts, ends);
    int prefixBytes = commonBytes(encoded, starts, ends);
    for (int page = 0; page < pageCount; page++) {
      int restBytes = Math.max(0, ends[page] - starts[page] - prefixBytes);
      separatorOffsets[page + 1] = separatorOffsets[page] + restBytes;
    }
    var separators = new byte[separatorOffsets[pageCount]];
    for (int page = 0; page < pageCount; page++) {
      int restBytes = separatorOffsets[page + 1] - separatorOffsets[page];
      System.arraycopy(
          encoded, ends[page] - restBytes, separators, separatorOffsets[page], restBytes);
    }
    byte[] prefix =
        pageCount < 2
            ? new byte[0]
            : Arrays.copyOfRange(encoded, starts[1], starts[1] + prefixBytes);
    int filterCount = count(buffer, FILTER_COUNT_OFFSET, Integer.BYTES, "filters");
    require((filterCount > 0) == (pageCount > 0), "filters", filterCount);
    var filterPages = new int[filterCount];
    var filters = new FuseFilter[filterCount];
    for (int index = 0; index < filterCount; index++) {
      require(buffer.remaining() >= Integer.BYTES, "length", encoded.length);
      filterPages[index] = buffer.getInt();
      filters[index] = FuseFilter.decode(buffer);
    }
    requireAscending(filterPages, pageCount, "first page of a filter");
    require(!buffer.hasRemaining(), "bytes behind the filters", buffer.remaining());
    return new SegmentDirectory(
        rowCount,
        buffer.getInt(DIMENSION_OFFSET),
        payloadBytes,
        firstRows,
        prefix,
        separators,
        separatorOffsets,
        filterPages,
        filters);
  }

  /// A number of things, for all of which there is room.
  private static int count(ByteBuffer buffer, int offset, int bytesMin, String what) {
    int count = buffer.getInt(offset);
    require(count >= 0 && count <= buffer.remaining() / bytesMin, what, count);
    return count;
  }

  /// From 0 on, and below `end`.
  private static void requireAscending(int[] numbers, int end, String what) {
    for (int index = 0; index < numbers.length; index++) {
      boolean follows = index == 0 ? numbers[0] == 0 : numbers[index] > numbers[index - 1];
      require(follows && numbers[index] < end, what, numbers[index]);
    }
  }

  /// From the empty one on.
  private static void requireAscendingSeparators(byte[] encoded, int[] starts, int[] ends) {
    for (int page = 0; page < starts.length; page++) {
      boolean follows =
          page == 0
              ? starts[0] == ends[0]
              : Arrays.compareUnsigned(
                      encoded, starts[page - 1], ends[page - 1], encoded, starts[page], ends[page])
                  < 0;
      require(follows, "separator of a page", page);
    }
  }

  private static void require(boolean holds, String what, long found) {
    if (!holds) {
      throw new IllegalArgumentException(what + " " + found);
    }
  }

  /// Of all but the first.
  private static int commonBytes(byte[] encoded, int[] starts, int[] ends) {
    int bytes = starts.length < 2 ? 0 : ends[1] - starts[1];
    for (int page = 2; page < starts.length; page++) {
      int mismatch =
          Arrays.mismatch(encoded, starts[1], starts[1] + bytes, encoded, starts[page], ends[page]);
      bytes = mismatch < 0 ? bytes : Math.min(bytes, mismatch);
    }
    return bytes;
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

  /// Of a page.
  int rowCount(int page) {
    int end = page + 1 < firstRows.length ? firstRows[page + 1] : rowCount;
    return end - firstRows[page];
  }

  int pageOfRow(int row) {
    int found = Arrays.binarySearch(firstRows, row);
    return found >= 0 ? found : -found - 2;
  }

  /// The only page that can hold an id: the last whose separator is at or below it, −1 if there is
  /// none.
  int pageOfId(byte[] id) {
    int low = 0;
    int high = pageCount();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compareSeparator(middle, id) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /// Whether [#pageOfId] leads there.
  boolean isPageOfId(int page, byte[] id) {
    boolean isLast = page + 1 == pageCount();
    return compareSeparator(page, id) <= 0 && (isLast || compareSeparator(page + 1, id) > 0);
  }

  private int compareSeparator(int page, byte[] id) {
    if (page == 0) {
      return -1; // The empty one is below every id.
    }
    int common = Math.min(prefix.length, id.length);
    int order = Arrays.compareUnsigned(prefix, 0, prefix.length, id, 0, common);
    return order != 0
        ? order
        : Arrays.compareUnsigned(
            separators, separatorOffsets[page], separatorOffsets[page + 1], id, common, id.length);
  }

  /// Whether an id may be there. Says of few that are not that they may be.
  ///
  /// @param hash of the id
  boolean mayHoldId(byte[] id, long hash) {
    int filter = filters.length - 1;
    while (filter > 0 && compareSeparator(filterPages[filter], id) > 0) {
      filter--;
    }
    return filter >= 0 && filters[filter].mayContain(hash);
  }

  /// About what it takes in memory.
  long heapBytes() {
    long bytes =
        prefix.length + separators.length + (long) (firstRows.length + separatorOffsets.length) * 4;
    for (var filter : filters) {
      bytes += filter.encodedBytes();
    }
    return bytes;
  }

  /// Gathers pages and ids while a segment is written.
  static final class Builder {
    private final ByteArrayOutputStream pages = new ByteArrayOutputStream();
    private final ByteArrayOutputStream filters = new ByteArrayOutputStream();
    private int pageCount;
    private int filterCount;

    /// Of the ids since the last filter.
    private long[] hashes = new long[64];

    private int hashCount;
    private int filterPage;

    /// Begins a page.
    ///
    /// @param lastId of the page before, empty if there is none
    void addPage(int firstRow, byte[] lastId, byte[] firstId) {
      if (hashCount >= FILTER_ROWS) {
        endFilter();
      }
      int separatorBytes = separatorBytes(lastId, firstId);
      var page =
          ByteBuffer.allocate(Integer.BYTES + Short.BYTES + separatorBytes)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(firstRow)
              .putShort((short) separatorBytes)
              .put(firstId, 0, separatorBytes);
      pages.writeBytes(page.array());
      pageCount++;
    }

    private static int separatorBytes(byte[] lastId, byte[] firstId) {
      return lastId.length == 0 ? 0 : Arrays.mismatch(lastId, firstId) + 1;
    }

    /// Adds an id to the page that was begun last.
    void addId(byte[] id) {
      if (hashCount == hashes.length) {
        hashes = Arrays.copyOf(hashes, 2 * hashes.length);
      }
      hashes[hashCount++] = IdHash.of(id);
    }

    private void endFilter() {
      var filter = FuseFilter.of(Arrays.copyOf(hashes, hashCount));
      var encoded =
          ByteBuffer.allocate(Integer.BYTES + filter.encodedBytes())
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(filterPage);
      filter.encode(encoded);
      filters.writeBytes(encoded.array());
      filterCount++;
      hashCount = 0;
      filterPage = pageCount;
    }

    byte[] encode(int rowCount, int dimension, long payloadBytes) {
      if (hashCount > 0) {
        endFilter();
      }
      return ByteBuffer.allocate(PAGES_OFFSET + pages.size() + filters.size())
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(rowCount)
          .putInt(dimension)
          .putLong(payloadBytes)
          .putInt(pageCount)
          .putInt(filterCount)
          .put(pages.toByteArray())
          .put(filters.toByteArray())
          .array();
    }
  }
}
