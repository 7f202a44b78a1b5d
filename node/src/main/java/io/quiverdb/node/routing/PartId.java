package io.quiverdb.node.routing;

import io.quiverdb.core.RequestId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/// The request ids of a write's parts, the same at every attempt and on every node.
///
/// SHA-256 over:
///
/// | offset | bytes | field                                                |
/// |-------:|------:|------------------------------------------------------|
/// |      0 |    16 | request id, as a UUID is written                     |
/// |     16 |     4 | shard, big-endian                                    |
/// |     20 |     4 | ordinal of the part within its shard, big-endian     |
///
/// of which the first 16 bytes are the part's id.
final class PartId {
  private static final int SHARD_OFFSET = 2 * Long.BYTES;
  private static final int ORDINAL_OFFSET = SHARD_OFFSET + Integer.BYTES;
  private static final int BYTES = ORDINAL_OFFSET + Integer.BYTES;

  private PartId() {}

  static RequestId of(RequestId request, int shard, int ordinal) {
    var input =
        ByteBuffer.allocate(BYTES)
            .putLong(request.uuid().getMostSignificantBits())
            .putLong(request.uuid().getLeastSignificantBits())
            .putInt(SHARD_OFFSET, shard)
            .putInt(ORDINAL_OFFSET, ordinal);
    var hash = ByteBuffer.wrap(sha256().digest(input.array()));
    return new RequestId(new UUID(hash.getLong(), hash.getLong()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
