package io.quiverdb.core.index;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// [FloatSums] with the Vector API, in registers as wide as the processor's.
final class SimdFloatSums implements FloatSums {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /// Of one row at a time: the processor waits for one addition before the next of the same sum.
  private static final int SUMS = 4;

  /// With narrower registers plain Java is as fast.
  static boolean isFast() {
    return FLOATS.length() >= 8;
  }

  @Override
  public float dot(float[] query, MemorySegment rows, long offset) {
    var first = FloatVector.zero(FLOATS);
    var second = FloatVector.zero(FLOATS);
    var third = FloatVector.zero(FLOATS);
    var fourth = FloatVector.zero(FLOATS);
    int lanes = FLOATS.length();
    int index = 0;
    for (; index + SUMS * lanes <= query.length; index += SUMS * lanes) {
      first = stored(rows, offset, index).fma(query(query, index), first);
      second = stored(rows, offset, index + lanes).fma(query(query, index + lanes), second);
      third = stored(rows, offset, index + 2 * lanes).fma(query(query, index + 2 * lanes), third);
      fourth = stored(rows, offset, index + 3 * lanes).fma(query(query, index + 3 * lanes), fourth);
    }
    for (; index + lanes <= query.length; index += lanes) {
      first = stored(rows, offset, index).fma(query(query, index), first);
    }
    return total(first, second, third, fourth) + restOfDot(query, rows, offset, index);
  }

  @Override
  public float squaredDistance(float[] query, MemorySegment rows, long offset) {
    var first = FloatVector.zero(FLOATS);
    var second = FloatVector.zero(FLOATS);
    var third = FloatVector.zero(FLOATS);
    var fourth = FloatVector.zero(FLOATS);
    int lanes = FLOATS.length();
    int index = 0;
    for (; index + SUMS * lanes <= query.length; index += SUMS * lanes) {
      var difference = difference(query, rows, offset, index);
      first = difference.fma(difference, first);
      difference = difference(query, rows, offset, index + lanes);
      second = difference.fma(difference, second);
      difference = difference(query, rows, offset, index + 2 * lanes);
      third = difference.fma(difference, third);
      difference = difference(query, rows, offset, index + 3 * lanes);
      fourth = difference.fma(difference, fourth);
    }
    for (; index + lanes <= query.length; index += lanes) {
      var difference = difference(query, rows, offset, index);
      first = difference.fma(difference, first);
    }
    return total(first, second, third, fourth) + restOfDistance(query, rows, offset, index);
  }

  private static FloatVector difference(float[] query, MemorySegment rows, long offset, int index) {
    return query(query, index).sub(stored(rows, offset, index));
  }

  private static float total(
      FloatVector first, FloatVector second, FloatVector third, FloatVector fourth) {
    return first.add(second).add(third.add(fourth)).reduceLanes(VectorOperators.ADD);
  }

  @Override
  public void dots(float[] query, MemorySegment rows, long[] offsets, float[] sums) {
    long first = offsets[0];
    long second = offsets[1];
    long third = offsets[2];
    long fourth = offsets[3];
    var firstSum = FloatVector.zero(FLOATS);
    var secondSum = FloatVector.zero(FLOATS);
    var thirdSum = FloatVector.zero(FLOATS);
    var fourthSum = FloatVector.zero(FLOATS);
    int whole = FLOATS.loopBound(query.length);
    for (int index = 0; index < whole; index += FLOATS.length()) {
      var components = query(query, index);
      firstSum = stored(rows, first, index).fma(components, firstSum);
      secondSum = stored(rows, second, index).fma(components, secondSum);
      thirdSum = stored(rows, third, index).fma(components, thirdSum);
      fourthSum = stored(rows, fourth, index).fma(components, fourthSum);
    }
    sums[0] = firstSum.reduceLanes(VectorOperators.ADD) + restOfDot(query, rows, first, whole);
    sums[1] = secondSum.reduceLanes(VectorOperators.ADD) + restOfDot(query, rows, second, whole);
    sums[2] = thirdSum.reduceLanes(VectorOperators.ADD) + restOfDot(query, rows, third, whole);
    sums[3] = fourthSum.reduceLanes(VectorOperators.ADD) + restOfDot(query, rows, fourth, whole);
  }

  @Override
  public void squaredDistances(float[] query, MemorySegment rows, long[] offsets, float[] sums) {
    long first = offsets[0];
    long second = offsets[1];
    long third = offsets[2];
    long fourth = offsets[3];
    var firstSum = FloatVector.zero(FLOATS);
    var secondSum = FloatVector.zero(FLOATS);
    var thirdSum = FloatVector.zero(FLOATS);
    var fourthSum = FloatVector.zero(FLOATS);
    int whole = FLOATS.loopBound(query.length);
    for (int index = 0; index < whole; index += FLOATS.length()) {
      var components = query(query, index);
      var firstDifference = components.sub(stored(rows, first, index));
      firstSum = firstDifference.fma(firstDifference, firstSum);
      var secondDifference = components.sub(stored(rows, second, index));
      secondSum = secondDifference.fma(secondDifference, secondSum);
      var thirdDifference = components.sub(stored(rows, third, index));
      thirdSum = thirdDifference.fma(thirdDifference, thirdSum);
      var fourthDifference = components.sub(stored(rows, fourth, index));
      fourthSum = fourthDifference.fma(fourthDifference, fourthSum);
    }
    sums[0] = firstSum.reduceLanes(VectorOperators.ADD) + restOfDistance(query, rows, first, whole);
    sums[1] =
        secondSum.reduceLanes(VectorOperators.ADD) + restOfDistance(query, rows, second, whole);
    sums[2] = thirdSum.reduceLanes(VectorOperators.ADD) + restOfDistance(query, rows, third, whole);
    sums[3] =
        fourthSum.reduceLanes(VectorOperators.ADD) + restOfDistance(query, rows, fourth, whole);
  }

  private static FloatVector query(float[] query, int index) {
    return FloatVector.fromArray(FLOATS, query, index);
  }

  private static FloatVector stored(MemorySegment rows, long offset, int index) {
    return FloatVector.fromMemorySegment(
        FLOATS, rows, offset + (long) index * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
  }

  private static float restOfDot(float[] query, MemorySegment rows, long offset, int from) {
    float sum = 0;
    for (int index = from; index < query.length; index++) {
      sum += query[index] * rows.get(FLOAT, offset + (long) index * Float.BYTES);
    }
    return sum;
  }

  private static float restOfDistance(float[] query, MemorySegment rows, long offset, int from) {
    float sum = 0;
    for (int index = from; index < query.length; index++) {
      float difference = query[index] - rows.get(FLOAT, offset + (long) index * Float.BYTES);
      sum += difference * difference;
    }
    return sum;
  }
}
