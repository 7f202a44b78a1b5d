package io.quiverdb.core.index;

import java.lang.foreign.MemorySegment;

/// [FloatSums] in plain Java.
final class ScalarFloatSums implements FloatSums {
  @Override
  public float dot(float[] query, MemorySegment rows, long offset) {
    float even = 0;
    float odd = 0;
    int whole = query.length & ~1;
    for (int index = 0; index < whole; index += 2) {
      even += query[index] * component(rows, offset, index);
      odd += query[index + 1] * component(rows, offset, index + 1);
    }
    if (whole < query.length) {
      even += query[whole] * component(rows, offset, whole);
    }
    return even + odd;
  }

  @Override
  public float squaredDistance(float[] query, MemorySegment rows, long offset) {
    float even = 0;
    float odd = 0;
    int whole = query.length & ~1;
    for (int index = 0; index < whole; index += 2) {
      float left = query[index] - component(rows, offset, index);
      float right = query[index + 1] - component(rows, offset, index + 1);
      even += left * left;
      odd += right * right;
    }
    if (whole < query.length) {
      float left = query[whole] - component(rows, offset, whole);
      even += left * left;
    }
    return even + odd;
  }

  @Override
  public void dots(float[] query, MemorySegment rows, long[] offsets, float[] sums) {
    for (int row = 0; row < AT_ONCE; row++) {
      sums[row] = dot(query, rows, offsets[row]);
    }
  }

  @Override
  public void squaredDistances(float[] query, MemorySegment rows, long[] offsets, float[] sums) {
    for (int row = 0; row < AT_ONCE; row++) {
      sums[row] = squaredDistance(query, rows, offsets[row]);
    }
  }

  private static float component(MemorySegment rows, long offset, int index) {
    return rows.get(FLOAT, offset + (long) index * Float.BYTES);
  }
}
