package io.quiverdb.raft.membership;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.catalog.CatalogMessages;
import io.quiverdb.raft.catalog.proto.ClusterClaim;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The bytes of the claim file; numbers are little-endian.
///
/// | offset | bytes | field                             |
/// |-------:|------:|-----------------------------------|
/// |      0 |     8 | magic "QVCLAIM" and a zero byte   |
/// |      8 |     4 | format version                    |
/// |     12 |     4 | CRC32C of the message             |
/// |     16 |     4 | length of the message             |
/// |     20 |       | `ClusterClaim`, to the file's end |
final class ClaimFormat {
  static final int VERSION = 1;

  static final int MAGIC_OFFSET = 0;
  static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final int CRC_OFFSET = VERSION_OFFSET + Integer.BYTES;
  static final int LENGTH_OFFSET = CRC_OFFSET + Integer.BYTES;
  static final int MESSAGE_OFFSET = LENGTH_OFFSET + Integer.BYTES;

  /// "QVCLAIM\0", read as a little-endian number.
  private static final long MAGIC = 0x00_4d_49_41_4c_43_56_51L;

  private ClaimFormat() {}

  static byte[] write(Claim claim) {
    byte[] message = CatalogMessages.toMessage(claim).toByteArray();
    return ByteBuffer.allocate(MESSAGE_OFFSET + message.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(MAGIC)
        .putInt(VERSION)
        .putInt(crc(message))
        .putInt(message.length)
        .put(message)
        .array();
  }

  /// @throws CorruptFileException if these are not the bytes that [#write] makes
  static Claim read(String file, byte[] content) {
    if (content.length < MESSAGE_OFFSET) {
      throw new CorruptFileException(
          file, 0, "length", "at least " + MESSAGE_OFFSET, content.length);
    }
    var bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    requireEqual(file, MAGIC_OFFSET, "magic", MAGIC, bytes.getLong(MAGIC_OFFSET));
    requireEqual(file, VERSION_OFFSET, "format version", VERSION, bytes.getInt(VERSION_OFFSET));
    int messageBytes = content.length - MESSAGE_OFFSET;
    requireEqual(file, LENGTH_OFFSET, "length", messageBytes, bytes.getInt(LENGTH_OFFSET));
    var message = new byte[messageBytes];
    bytes.get(MESSAGE_OFFSET, message);
    requireEqual(file, CRC_OFFSET, "checksum", crc(message), bytes.getInt(CRC_OFFSET));
    return parse(file, message);
  }

  private static Claim parse(String file, byte[] message) {
    try {
      return CatalogMessages.fromMessage(ClusterClaim.parseFrom(message));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new CorruptFileException(
          file, MESSAGE_OFFSET, "message", "a claim", String.valueOf(e.getMessage()));
    }
  }

  private static int crc(byte[] message) {
    var crc = new CRC32C();
    crc.update(message);
    return (int) crc.getValue();
  }

  private static void requireEqual(
      String file, int offset, String what, long expected, long actual) {
    if (actual != expected) {
      throw new CorruptFileException(file, offset, what, expected, actual);
    }
  }
}
