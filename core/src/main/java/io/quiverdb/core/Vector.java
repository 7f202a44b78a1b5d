package io.quiverdb.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// An immutable vector of finite floats.
public final class Vector {
  private static final int EXPONENT_BITS = 0x7f80_0000;
  private static final int EXPONENT_ONE = 0x0080_0000;

  private static final ValueLayout.OfFloat LITTLE_ENDIAN =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final float[] components;

  private Vector(float[] components) {
    this.components = components;
  }

  /// Copies `components`.
  ///
  /// @throws IllegalArgumentException if one of them is not finite
  public static Vector of(float... components) {
    return checked(components.clone());
  }

  /// Reads IEEE 754 binary32 values, little-endian, from all that remains in `bytes`.
  ///
  /// @throws IllegalArgumentException if the length is no multiple of 4 or a value is not finite
  public static Vector fromLittleEndian(ByteBuffer bytes) {
    if (bytes.remaining() % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          "vector: " + bytes.remaining() + " bytes (expected: a multiple of 4)");
    }
    var components = new float[bytes.remaining() / Float.BYTES];
    bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(components);
    return checked(components);
  }

  /// Reads `dimension` values of the same form that stand at `offset` of an intact page. They were
  /// finite when they were stored; to see to it again would take a fifth of the time of a read.
  public static Vector ofStored(MemorySegment bytes, long offset, int dimension) {
    var components = new float[dimension];
    MemorySegment.copy(bytes, LITTLE_ENDIAN, offset, components, 0, dimension);
    return new Vector(components);
  }

  private static Vector checked(float[] components) {
    if (areFinite(components)) {
      return new Vector(components);
    }
    for (int index = 0; index < components.length; index++) {
      if (!Float.isFinite(components[index])) {
        throw new IllegalArgumentException(
            "vector: " + components[index] + " at " + index + " (expected: a finite number)");
      }
    }
    throw new AssertionError("one is not finite");
  }

  /// Without a branch for each, which would take most of the time of a read.
  private static boolean areFinite(float[] components) {
    int carried = 0;
    for (float component : components) {
      // What is not finite has ones only in its exponent: one more carries into the sign.
      carried |= (Float.floatToRawIntBits(component) & EXPONENT_BITS) + EXPONENT_ONE;
    }
    return carried >= 0;
  }

  public int dimension() {
    return components.length;
  }

  public float get(int index) {
    return components[index];
  }

  public float[] toArray() {
    return components.clone();
  }

  /// The components as [#fromLittleEndian] reads them.
  public byte[] toLittleEndian() {
    var bytes = ByteBuffer.allocate(components.length * Float.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(components);
    return bytes.array();
  }

  /// Equal bit by bit, as [Arrays#equals(float[], float[])] has it.
  @Override
  public boolean equals(Object other) {
    return other instanceof Vector that && Arrays.equals(components, that.components);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(components);
  }

  /// The dimension only: vectors are user data and stay out of logs.
  @Override
  public String toString() {
    return "Vector[" + components.length + "]";
  }
}
