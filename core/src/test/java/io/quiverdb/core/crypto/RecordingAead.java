package io.quiverdb.core.crypto;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Encrypts, and fails when a key meets a nonce for the second time.
public final class RecordingAead implements Aead {
  private final Aead aead = AesGcm.instance();
  private final LongSet pairs = new LongSet();

  @Override
  public void seal(
      KeyBytes key, byte[] nonce, byte[] associated, ByteSlice plain, ByteSlice sealed) {
    long pair = fingerprint(key, nonce);
    synchronized (pairs) {
      if (!pairs.add(pair)) {
        throw new AssertionError("a key and a nonce are used twice");
      }
    }
    aead.seal(key, nonce, associated, plain, sealed);
  }

  @Override
  public boolean open(
      KeyBytes key, byte[] nonce, byte[] associated, ByteSlice sealed, ByteSlice plain) {
    return aead.open(key, nonce, associated, sealed, plain);
  }

  @Override
  public void forgetKeys() {
    aead.forgetKeys();
  }

  /// How many messages were sealed.
  public long sealedCount() {
    synchronized (pairs) {
      return pairs.size();
    }
  }

  /// 64 bits: that two pairs of ten million share one by chance happens three times in a million.
  private static long fingerprint(KeyBytes key, byte[] nonce) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(key.bytes());
      return ByteBuffer.wrap(sha256.digest(nonce)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// Numbers that are hashes already, in an open table.
  private static final class LongSet {
    private long[] table = new long[1 << 10];
    private int size;

    boolean add(long number) {
      long stored = number == 0 ? 1 : number;
      if (2 * size > table.length) {
        grow();
      }
      return insert(table, stored);
    }

    int size() {
      return size;
    }

    private boolean insert(long[] into, long number) {
      int place = (int) number & into.length - 1;
      while (into[place] != 0) {
        if (into[place] == number) {
          return false;
        }
        place = place + 1 & into.length - 1;
      }
      into[place] = number;
      size++;
      return true;
    }

    private void grow() {
      var larger = new long[2 * table.length];
      size = 0;
      for (long number : table) {
        if (number != 0) {
          insert(larger, number);
        }
      }
      table = larger;
    }
  }
}
