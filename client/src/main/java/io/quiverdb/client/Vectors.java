package io.quiverdb.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quiverdb.api.v1.Vector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Vectors on the wire: IEEE 754 binary32, little-endian; the other form is read as well.
final class Vectors {
  private Vectors() {}

  static Vector toWire(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Vector.newBuilder().setLittleEndian(UnsafeByteOperations.unsafeWrap(bytes)).build();
  }

  static float[] of(Vector vector) {
    ByteString bytes = vector.getLittleEndian();
    if (bytes.isEmpty()) {
      float[] values = new float[vector.getValuesCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = vector.getValues(i);
      }
      return values;
    }
    float[] values = new float[bytes.size() / Float.BYTES];
    bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
