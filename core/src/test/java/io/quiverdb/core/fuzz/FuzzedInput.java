package io.quiverdb.core.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Takes an input apart, from its front. At its end there are zeros.
public final class FuzzedInput {
  private final ByteBuffer bytes;

  public FuzzedInput(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  public boolean isAtEnd() {
    return !bytes.hasRemaining();
  }

  /// 0 to 255.
  public int oneByte() {
    return bytes.hasRemaining() ? Byte.toUnsignedInt(bytes.get()) : 0;
  }

  /// 0 to 65,535.
  public int twoBytes() {
    return oneByte() | oneByte() << Byte.SIZE;
  }

  /// As many as are left, or `count`.
  public byte[] upTo(int count) {
    var taken = new byte[Math.min(count, bytes.remaining())];
    bytes.get(taken);
    return taken;
  }

  public byte[] rest() {
    return upTo(Integer.MAX_VALUE);
  }
}
