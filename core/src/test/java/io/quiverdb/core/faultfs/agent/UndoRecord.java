package io.quiverdb.core.faultfs.agent;

import java.nio.ByteBuffer;

/// What the journal says of one file's bytes, in order.
///
/// | kind | fields                                                                  |
/// |------|-------------------------------------------------------------------------|
/// | 1    | number, offset, bytes written, size before: i64; old bytes, to the end   |
/// | 2    | number, size after, size before: i64; bytes cut off, to the end          |
/// | 3    | number up to which all is on the disk: i64                               |
/// | 4    | number up to which a force failed: i64                                   |
///
/// The kind is one byte, numbers are big-endian.
public sealed interface UndoRecord {
  int OVERWRITTEN = 1;
  int TRUNCATED = 2;
  int FORCED = 3;
  int FAILED = 4;
  ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /// Before `length` bytes were written at `offset`.
  ///
  /// @param old what stood there, no further than the file's end
  record Overwritten(long number, long offset, long length, long sizeBefore, ByteBuffer old)
      implements UndoRecord {}

  /// Before the file was cut.
  record Truncated(long number, long sizeAfter, long sizeBefore, ByteBuffer old)
      implements UndoRecord {}

  /// A force that began after change `upTo` has succeeded.
  record Forced(long upTo) implements UndoRecord {}

  /// A force has failed: what was not on the disk will never be, unless it is written again.
  record Failed(long upTo) implements UndoRecord {}

  default byte[] encode() {
    return switch (this) {
      case Overwritten(var number, var offset, var length, var sizeBefore, var old) ->
          encode(OVERWRITTEN, old, number, offset, length, sizeBefore);
      case Truncated(var number, var sizeAfter, var sizeBefore, var old) ->
          encode(TRUNCATED, old, number, sizeAfter, sizeBefore);
      case Forced(var upTo) -> encode(FORCED, NOTHING, upTo);
      case Failed(var upTo) -> encode(FAILED, NOTHING, upTo);
    };
  }

  private static byte[] encode(int kind, ByteBuffer old, long... numbers) {
    var record =
        ByteBuffer.allocate(1 + numbers.length * Long.BYTES + old.remaining()).put((byte) kind);
    for (long number : numbers) {
      record.putLong(number);
    }
    return record.put(old.duplicate()).array();
  }

  static UndoRecord decode(byte[] encoded) {
    var record = ByteBuffer.wrap(encoded);
    int kind = record.get();
    return switch (kind) {
      case OVERWRITTEN ->
          new Overwritten(
              record.getLong(),
              record.getLong(),
              record.getLong(),
              record.getLong(),
              record.slice());
      case TRUNCATED ->
          new Truncated(record.getLong(), record.getLong(), record.getLong(), record.slice());
      case FORCED -> new Forced(record.getLong());
      case FAILED -> new Failed(record.getLong());
      default -> throw new IllegalArgumentException("kind: " + kind + " (expected: 1 to 4)");
    };
  }
}
