package io.quiverdb.raft;

import java.util.Arrays;

/// 32 random bytes that key a collection's row hashes. Not printed.
public final class HashKey {
  public static final int BYTES = 32;

  private final byte[] bytes;

  public HashKey(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "hash key: " + bytes.length + " bytes (expected: " + BYTES + ")");
    }
    this.bytes = bytes.clone();
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HashKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "HashKey";
  }
}
