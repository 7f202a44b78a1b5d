package io.quiverdb.core.segment;

import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;

/// The body of a page of a `.ids` file: consecutive rows, by ascending id (unsigned bytes). Numbers
/// are little-endian.
///
/// | offset | bytes | field                                    |
/// |-------:|------:|------------------------------------------|
/// |      0 |     2 | number of rows, n                        |
/// |      2 |   2 n | offset of each row in the body           |
/// |        |       | the rows                                 |
///
/// A row:
///
/// | offset | bytes | field                                    |
/// |-------:|------:|------------------------------------------|
/// |      0 |     8 | version                                  |
/// |      8 |    16 | hash: high, low                          |
/// |     24 |     8 | position of its payload ([Segment])      |
/// |     32 |     4 | length of its payload                    |
/// |     36 |     2 | length of its id                         |
/// |     38 |       | id, UTF-8                                |
///
/// Written by [IdPageBuilder].
record IdPage(MemorySegment body) {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong BIG_ENDIAN =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final VarHandle BIG_ENDIAN_IN_ARRAY =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  static final int COUNT_OFFSET = 0;
  static final int ROW_OFFSETS_OFFSET = COUNT_OFFSET + Short.BYTES;

  static final int VERSION_OFFSET = 0;
  static final int HASH_HIGH_OFFSET = VERSION_OFFSET + Long.BYTES;
  static final int HASH_LOW_OFFSET = HASH_HIGH_OFFSET + Long.BYTES;
  static final int PAYLOAD_POSITION_OFFSET = HASH_LOW_OFFSET + Long.BYTES;
  static final int PAYLOAD_LENGTH_OFFSET = PAYLOAD_POSITION_OFFSET + Long.BYTES;
  static final int ID_LENGTH_OFFSET = PAYLOAD_LENGTH_OFFSET + Integer.BYTES;
  static final int ID_OFFSET = ID_LENGTH_OFFSET + Short.BYTES;

  /// What is wrong with the page, if something makes no sense: of one that passed, all rows lie
  /// within it, and their payloads within theirs.
  ///
  /// @param payloadBytes of all payloads
  Optional<String> fault(long payloadBytes) {
    if (body.byteSize() < ROW_OFFSETS_OFFSET || rowCount() == 0) {
      return Optional.of("no rows");
    }
    long rowsOffset = ROW_OFFSETS_OFFSET + (long) rowCount() * Short.BYTES;
    if (rowsOffset > body.byteSize()) {
      return Optional.of(rowCount() + " rows in " + body.byteSize() + " bytes");
    }
    for (int index = 0; index < rowCount(); index++) {
      if (!isWithin(index, rowsOffset, payloadBytes)) {
        return Optional.of("row " + index + " of the page out of place");
      }
    }
    return Optional.empty();
  }

  private boolean isWithin(int index, long rowsOffset, long payloadBytes) {
    int offset = rowOffset(index);
    if (offset < rowsOffset || offset + ID_OFFSET > body.byteSize()) {
      return false;
    }
    int idBytes = idBytes(offset);
    int length = payloadBytes(index);
    long position = payloadPosition(index);
    return idBytes >= 1
        && idBytes <= Point.ID_BYTES_MAX
        && offset + ID_OFFSET + idBytes <= body.byteSize()
        && length >= 0
        && length <= Payload.BYTES_MAX
        && position >= 0
        && position <= payloadBytes - length;
  }

  int rowCount() {
    return Short.toUnsignedInt(body.get(SHORT, COUNT_OFFSET));
  }

  byte[] id(int index) {
    int offset = rowOffset(index);
    return body.asSlice(offset + ID_OFFSET, idBytes(offset)).toArray(ValueLayout.JAVA_BYTE);
  }

  long version(int index) {
    return body.get(LONG, rowOffset(index) + VERSION_OFFSET);
  }

  long hashHigh(int index) {
    return body.get(LONG, rowOffset(index) + HASH_HIGH_OFFSET);
  }

  long hashLow(int index) {
    return body.get(LONG, rowOffset(index) + HASH_LOW_OFFSET);
  }

  long payloadPosition(int index) {
    return body.get(LONG, rowOffset(index) + PAYLOAD_POSITION_OFFSET);
  }

  int payloadBytes(int index) {
    return body.get(INT, rowOffset(index) + PAYLOAD_LENGTH_OFFSET);
  }

  /// The index of the first row whose id is not less, the row count if there is none.
  int firstAtOrAfter(byte[] id) {
    int low = 0;
    int high = rowCount();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(middle, id) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  boolean hasId(int index, byte[] id) {
    return compare(index, id) == 0;
  }

  /// In unsigned bytes, eight at a time: ids are short, and much alike.
  private int compare(int index, byte[] id) {
    int offset = rowOffset(index);
    int from = offset + ID_OFFSET;
    int idBytes = idBytes(offset);
    int commonBytes = Math.min(idBytes, id.length);
    int at = 0;
    for (; at + Long.BYTES <= commonBytes; at += Long.BYTES) {
      long left = body.get(BIG_ENDIAN, from + at);
      long right = (long) BIG_ENDIAN_IN_ARRAY.get(id, at);
      if (left != right) {
        return Long.compareUnsigned(left, right);
      }
    }
    for (; at < commonBytes; at++) {
      int order = Byte.compareUnsigned(body.get(ValueLayout.JAVA_BYTE, from + at), id[at]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(idBytes, id.length);
  }

  private int rowOffset(int index) {
    assert index >= 0 && index < rowCount() : index + " of " + rowCount();
    return Short.toUnsignedInt(body.get(SHORT, ROW_OFFSETS_OFFSET + (long) index * Short.BYTES));
  }

  private int idBytes(int rowOffset) {
    return Short.toUnsignedInt(body.get(SHORT, rowOffset + ID_LENGTH_OFFSET));
  }
}
