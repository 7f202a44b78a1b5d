package io.quiverdb.core;

import org.apache.commons.codec.digest.MurmurHash3;

/// Which hash slot an id belongs to.
public final class Slots {
  public static final int COUNT = 1 << 14;

  private Slots() {}

  /// The top 14 bits of the first 64 bits of MurmurHash3 x64 128, seed 0.
  public static int of(byte[] idUtf8) {
    long first = MurmurHash3.hash128x64(idUtf8, 0, idUtf8.length, 0)[0];
    return (int) (first >>> (Long.SIZE - 14));
  }
}
