package io.quiverdb.core.faultfs.agent;

import io.quiverdb.core.faultfs.agent.NameChange.Name;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What the journal says of names, in order.
///
/// | kind | fields                                                                        |
/// |------|-------------------------------------------------------------------------------|
/// | 1    | number, directory and name removed, the same added, inode, inode replaced      |
/// | 2    | number, inode                                                                 |
/// | 3    | number                                                                        |
/// | 4    | inode of a directory, number                                                  |
/// | 5    | number                                                                        |
/// | 6    | number                                                                        |
///
/// The kind is one byte, numbers are i64, big-endian, names i32 bytes of UTF-8 behind that number.
sealed interface NameRecord {
  int INTENDED = 1;
  int DONE = 2;
  int NOT_DONE = 3;
  int DIRECTORY_FORCED = 4;
  int COMMITTED = 5;
  int SETTLED = 6;

  /// About to be done.
  record Intended(NameChange change) implements NameRecord {}

  record Done(long number, long inode) implements NameRecord {}

  record NotDone(long number) implements NameRecord {}

  /// All changes of a directory up to a number are on the disk, by whatever rule.
  record DirectoryForced(long directory, long upTo) implements NameRecord {}

  /// Something was forced; a file system with a journal has all changes up to a number on the disk.
  record Committed(long upTo) implements NameRecord {}

  /// All changes up to a number count as being on the disk.
  record Settled(long upTo) implements NameRecord {}

  default byte[] encode() {
    return switch (this) {
      case Intended(var change) -> encode(change);
      case Done(var number, var inode) -> encode(DONE, number, inode);
      case NotDone(var number) -> encode(NOT_DONE, number);
      case DirectoryForced(var directory, var upTo) -> encode(DIRECTORY_FORCED, directory, upTo);
      case Committed(var upTo) -> encode(COMMITTED, upTo);
      case Settled(var upTo) -> encode(SETTLED, upTo);
    };
  }

  private static byte[] encode(int kind, long... numbers) {
    var record = ByteBuffer.allocate(1 + numbers.length * Long.BYTES).put((byte) kind);
    for (long number : numbers) {
      record.putLong(number);
    }
    return record.array();
  }

  private static byte[] encode(NameChange change) {
    byte[] removed = change.removed().name().getBytes(StandardCharsets.UTF_8);
    byte[] added = change.added().name().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(
            1 + 5 * Long.BYTES + 2 * Integer.BYTES + removed.length + added.length)
        .put((byte) INTENDED)
        .putLong(change.number())
        .putLong(change.removed().directory())
        .putInt(removed.length)
        .put(removed)
        .putLong(change.added().directory())
        .putInt(added.length)
        .put(added)
        .putLong(change.inode())
        .putLong(change.replaced())
        .array();
  }

  static NameRecord decode(byte[] encoded) {
    var record = ByteBuffer.wrap(encoded);
    int kind = record.get();
    return switch (kind) {
      case INTENDED ->
          new Intended(
              new NameChange(
                  record.getLong(),
                  name(record),
                  name(record),
                  record.getLong(),
                  record.getLong()));
      case DONE -> new Done(record.getLong(), record.getLong());
      case NOT_DONE -> new NotDone(record.getLong());
      case DIRECTORY_FORCED -> new DirectoryForced(record.getLong(), record.getLong());
      case COMMITTED -> new Committed(record.getLong());
      case SETTLED -> new Settled(record.getLong());
      default -> throw new IllegalArgumentException("kind: " + kind + " (expected: 1 to 6)");
    };
  }

  private static Name name(ByteBuffer record) {
    long directory = record.getLong();
    var name = new byte[record.getInt()];
    record.get(name);
    return new Name(directory, new String(name, StandardCharsets.UTF_8));
  }
}
