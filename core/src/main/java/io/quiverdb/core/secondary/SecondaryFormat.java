package io.quiverdb.core.secondary;

import io.quiverdb.core.Settings.FilterableField;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A segment's `.sec` file: the live bodies of its pages are one stream, in which things have
/// positions. Numbers are little-endian; rows are RoaringBitmaps in the portable format.
///
/// A field's keys are numbered by ascending unsigned bytes and cut into blocks of [#FANOUT]. Above
/// them stand levels of unions, so that a range of any width is the union of few bitmaps: node i of
/// level 1 has the rows of all keys of block i, node i of level l + 1 those of the nodes i × FANOUT
/// and following of level l. The topmost level is the first with at most FANOUT nodes.
///
/// A key's rows and a node's rows are a *run*, 12 bytes:
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |     8 | position of the bitmap; the row itself where the length is 0|
/// |      8 |     4 | its length in bytes                                         |
///
/// A block:
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |       | of each key: run of its rows (12), length (2), key          |
///
/// The directory of a field:
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |     4 | number of keys                                              |
/// |      4 |       | of each block: position (8), length (4), first key: length  |
/// |        |       | (2), bytes                                                  |
/// |        |       | of each level from 1 on: the run of each node               |
///
/// The table of fields, which the last 12 bytes of the stream lead to (position, length):
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |     2 | number of fields                                            |
/// |      2 |       | of each field: type (1), path: length (2), UTF-8; run of    |
/// |        |       | the rows where it exists, of those with a value of another  |
/// |        |       | type, of those with a value that has no key; directory:     |
/// |        |       | position (8), length (4)                                    |
///
/// The three runs of a field always are bitmaps. The keys are those of [FieldKeys].
final class SecondaryFormat {
  static final int FANOUT = 64;

  /// Longer values have no key: their rows are evaluated.
  static final int KEY_BYTES_MAX = 256;

  static final int RUN_BYTES = Long.BYTES + Integer.BYTES;

  /// At the end of the stream.
  static final int TRAILER_BYTES = RUN_BYTES;

  private static final int KEYWORD = 1;
  private static final int NUMERIC = 2;

  private SecondaryFormat() {}

  /// Where rows are.
  ///
  /// @param position of the bitmap; the row itself where `length` is 0
  record Run(long position, int length) {
    void putTo(ByteBuffer buffer) {
      buffer.putLong(position).putInt(length);
    }

    static Run from(ByteBuffer buffer) {
      return new Run(buffer.getLong(), buffer.getInt());
    }
  }

  /// A line of the table of fields.
  record FieldEntry(
      FilterableField field, Run existing, Run otherTypes, Run withoutKey, Run directory) {}

  static byte[] encodeTable(List<FieldEntry> entries) {
    int bytes = Short.BYTES;
    for (var entry : entries) {
      bytes += Byte.BYTES + Short.BYTES + path(entry).length + 4 * RUN_BYTES;
    }
    var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putShort((short) entries.size());
    for (var entry : entries) {
      byte[] path = path(entry);
      buffer.put(
          switch (entry.field.type()) {
            case KEYWORD -> (byte) KEYWORD;
            case NUMERIC -> (byte) NUMERIC;
          });
      buffer.putShort((short) path.length).put(path);
      entry.existing.putTo(buffer);
      entry.otherTypes.putTo(buffer);
      entry.withoutKey.putTo(buffer);
      entry.directory.putTo(buffer);
    }
    return buffer.array();
  }

  private static byte[] path(FieldEntry entry) {
    return entry.field.path().getBytes(StandardCharsets.UTF_8);
  }

  /// @throws IllegalArgumentException if it is not such a table
  static List<FieldEntry> decodeTable(byte[] encoded) {
    var buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    int fieldCount = Short.toUnsignedInt(buffer.getShort());
    var entries = new ArrayList<FieldEntry>();
    for (int index = 0; index < fieldCount; index++) {
      var type =
          switch (buffer.get()) {
            case KEYWORD -> FilterableField.Type.KEYWORD;
            case NUMERIC -> FilterableField.Type.NUMERIC;
            default -> throw new IllegalArgumentException("field of an unknown type");
          };
      var path = new byte[Short.toUnsignedInt(buffer.getShort())];
      buffer.get(path);
      entries.add(
          new FieldEntry(
              new FilterableField(new String(path, StandardCharsets.UTF_8), type),
              Run.from(buffer),
              Run.from(buffer),
              Run.from(buffer),
              Run.from(buffer)));
    }
    return entries;
  }

  /// How many blocks, or nodes of the next level, so many keys or nodes make.
  static int grouped(int count) {
    return (count + FANOUT - 1) / FANOUT;
  }
}
