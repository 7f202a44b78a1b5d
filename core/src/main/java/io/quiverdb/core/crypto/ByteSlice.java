package io.quiverdb.core.crypto;

import java.util.Objects;

/// Some bytes of an array.
public final class ByteSlice {
  private final byte[] array;
  private final int offset;
  private final int length;

  public ByteSlice(byte[] array, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, array.length);
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  public static ByteSlice of(byte[] array) {
    return new ByteSlice(array, 0, array.length);
  }

  /// The array itself, not a copy.
  public byte[] array() {
    return array;
  }

  public int offset() {
    return offset;
  }

  public int length() {
    return length;
  }

  @SuppressWarnings("ReferenceEquality") // The same array, not an equal one.
  boolean isInArrayOf(ByteSlice other) {
    return array == other.array;
  }
}
