package io.quiverdb.core.state;

import java.nio.ByteBuffer;

/// A hash of 128 bits, or a sum of such modulo 2^128: a sum does not depend on the order, and what
/// was added can be taken out again.
public record Hash128(long high, long low) {
  public static final int BYTES = 2 * Long.BYTES;
  public static final Hash128 ZERO = new Hash128(0, 0);

  /// @param bytes [#BYTES] or more, big-endian
  public static Hash128 of(ByteBuffer bytes) {
    return new Hash128(bytes.getLong(), bytes.getLong());
  }

  public Hash128 plus(Hash128 other) {
    long sumLow = low + other.low;
    long carry = Long.compareUnsigned(sumLow, low) < 0 ? 1 : 0;
    return new Hash128(high + other.high + carry, sumLow);
  }

  Hash128 minus(Hash128 other) {
    long borrow = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
    return new Hash128(high - other.high - borrow, low - other.low);
  }
}
