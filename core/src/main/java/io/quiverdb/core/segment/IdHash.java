package io.quiverdb.core.segment;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The 64-bit hash of an id by which a [FuseFilter] knows it: MurmurHash64A (Austin Appleby, public
/// domain), seed 0.
///
/// Whoever chooses ids may choose some with equal hashes. All he gets is that a filter says of one
/// that it may be there when the other is.
final class IdHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MULTIPLIER = 0xc6a4a7935bd1e995L;
  private static final int SHIFT = 47;

  private IdHash() {}

  static long of(byte[] id) {
    long hash = id.length * MULTIPLIER;
    int offset = 0;
    for (; offset <= id.length - Long.BYTES; offset += Long.BYTES) {
      long block = (long) LONG.get(id, offset) * MULTIPLIER;
      block ^= block >>> SHIFT;
      hash = (hash ^ (block * MULTIPLIER)) * MULTIPLIER;
    }
    if (offset < id.length) {
      for (int index = id.length - 1; index >= offset; index--) {
        hash ^= (id[index] & 0xffL) << (Byte.SIZE * (index - offset));
      }
      hash *= MULTIPLIER;
    }
    hash ^= hash >>> SHIFT;
    hash *= MULTIPLIER;
    return hash ^ (hash >>> SHIFT);
  }
}
