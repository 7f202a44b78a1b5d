package io.quiverdb.core.state;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 over a sequence of values, cut to 128 bits. Numbers are big-endian; bytes and text
/// (UTF-8) have their length in front, as an int: so no two sequences of the same shape have one
/// encoding.
public final class CanonicalHash {
  private final MessageDigest sha256;
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  /// @param domain what is hashed: tells hashes of different things apart
  public CanonicalHash(String domain) {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
    putText(domain);
  }

  public CanonicalHash putInt(int value) {
    sha256.update(number.clear().putInt(value).flip());
    return this;
  }

  public CanonicalHash putLong(long value) {
    sha256.update(number.clear().putLong(value).flip());
    return this;
  }

  public CanonicalHash putBytes(ByteString bytes) {
    return putBytes(bytes.asReadOnlyByteBuffer());
  }

  public CanonicalHash putBytes(ByteBuffer bytes) {
    putInt(bytes.remaining());
    sha256.update(bytes);
    return this;
  }

  public CanonicalHash putText(String text) {
    return putBytes(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  public Hash128 finish() {
    return Hash128.of(ByteBuffer.wrap(sha256.digest()));
  }
}
