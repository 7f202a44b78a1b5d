package io.quiverdb.raft.catalog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import io.quiverdb.core.RequestId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;

/// The first 16 bytes of a hash over what identifies a request: HMAC-SHA-256 where that is of
/// users' making, SHA-256 where it is the catalogue's.
final class Digests {
  private static final int BYTES = 16;

  private Digests() {}

  /// @param mac keyed for digests of requests
  static ByteString of(String kind, ByteString content, Mac mac) {
    mac.update(kind.getBytes(US_ASCII));
    mac.update(content.asReadOnlyByteBuffer());
    return ByteString.copyFrom(mac.doFinal(), 0, BYTES);
  }

  /// The id of what the catalogue asks of a shard: the same whichever leader asks, and however
  /// often.
  ///
  /// SHA-256("catalog" ‖ catalogue index ‖ collection id ‖ shard ‖ kind), big-endian.
  static RequestId shardRequest(long catalogIndex, long collectionId, int shard, String kind) {
    var sha256 = sha256();
    sha256.update("catalog".getBytes(US_ASCII));
    var numbers = ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES);
    sha256.update(numbers.putLong(catalogIndex).putLong(collectionId).putInt(shard).flip());
    sha256.update(kind.getBytes(US_ASCII));
    return new RequestId(CatalogMessages.toUuid(ByteString.copyFrom(sha256.digest(), 0, BYTES)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
