package io.quiverdb.core.state;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.Supplier;
import javax.crypto.Mac;

/// SHA-256 over a sequence of values, cut to 128 bits. Numbers are big-endian; bytes and text
/// (UTF-8) have their length in front, as an int: so no two sequences of the same shape have one
/// encoding.
public final class CanonicalHash {
  private static final int PENDING_BYTES = 512;

  private final Update update;
  private final Supplier<byte[]> digest;

  /// What is to be hashed next: the JDK's hashes take few long arrays much faster than many short
  /// ones, and any array faster than a buffer that is read-only.
  private final ByteBuffer pending = ByteBuffer.allocate(PENDING_BYTES);

  private interface Update {
    void accept(byte[] bytes, int offset, int length);
  }

  private CanonicalHash(String domain, Update update, Supplier<byte[]> digest) {
    this.update = update;
    this.digest = digest;
    putText(domain);
  }

  /// @param domain what is hashed: tells hashes of different things apart
  public static CanonicalHash of(String domain) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      return new CanonicalHash(domain, sha256::update, sha256::digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// HMAC-SHA-256 instead, so that only who has the key can compute it.
  ///
  /// @param domain what is hashed: tells hashes of different things apart
  public static CanonicalHash keyed(String domain, Mac mac) {
    return new CanonicalHash(domain, mac::update, mac::doFinal);
  }

  public CanonicalHash putInt(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  public CanonicalHash putLong(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  public CanonicalHash putBytes(ByteString bytes) {
    return putBytes(bytes.asReadOnlyByteBuffer());
  }

  public CanonicalHash putBytes(ByteBuffer bytes) {
    putInt(bytes.remaining());
    while (bytes.hasRemaining()) {
      int length = Math.min(bytes.remaining(), pending.capacity());
      room(length).put(pending.position(), bytes, bytes.position(), length);
      pending.position(pending.position() + length);
      bytes.position(bytes.position() + length);
    }
    return this;
  }

  private ByteBuffer room(int length) {
    if (pending.remaining() < length) {
      flush();
    }
    return pending;
  }

  private void flush() {
    update.accept(pending.array(), 0, pending.position());
    pending.clear();
  }

  public CanonicalHash putText(String text) {
    return putBytes(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  public Hash128 finish() {
    flush();
    return Hash128.of(ByteBuffer.wrap(digest.get()));
  }
}
