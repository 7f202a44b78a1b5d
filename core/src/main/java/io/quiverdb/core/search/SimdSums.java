package io.quiverdb.core.search;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// [VectorSums] with the Vector API: two registers of four doubles are the eight lanes, whatever
/// the processor has beyond. Without fused multiplication, which rounds once less. For one thread.
final class SimdSums implements VectorSums {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_256;
  private static final int HALF = LANES / 2;

  private final double[] lanes = new double[LANES];

  /// Whether the processor has registers of four doubles; with less, plain Java is faster.
  static boolean isFast() {
    return DoubleVector.SPECIES_PREFERRED.length() >= DOUBLES.length();
  }

  @Override
  public double dot(double[] query, float[] stored) {
    var low = DoubleVector.zero(DOUBLES);
    var high = DoubleVector.zero(DOUBLES);
    int whole = VectorSums.whole(stored.length);
    for (int index = 0; index < whole; index += LANES) {
      low = low.add(query(query, index).mul(stored(stored, index)));
      high = high.add(query(query, index + HALF).mul(stored(stored, index + HALF)));
    }
    spread(low, high);
    for (int index = whole; index < stored.length; index++) {
      lanes[0] += query[index] * stored[index];
    }
    return VectorSums.total(lanes);
  }

  @Override
  public double squaredDistance(double[] query, float[] stored) {
    var low = DoubleVector.zero(DOUBLES);
    var high = DoubleVector.zero(DOUBLES);
    int whole = VectorSums.whole(stored.length);
    for (int index = 0; index < whole; index += LANES) {
      var lowDifference = query(query, index).sub(stored(stored, index));
      var highDifference = query(query, index + HALF).sub(stored(stored, index + HALF));
      low = low.add(lowDifference.mul(lowDifference));
      high = high.add(highDifference.mul(highDifference));
    }
    spread(low, high);
    for (int index = whole; index < stored.length; index++) {
      double difference = query[index] - stored[index];
      lanes[0] += difference * difference;
    }
    return VectorSums.total(lanes);
  }

  @Override
  public double squaredNorm(float[] stored) {
    var low = DoubleVector.zero(DOUBLES);
    var high = DoubleVector.zero(DOUBLES);
    int whole = VectorSums.whole(stored.length);
    for (int index = 0; index < whole; index += LANES) {
      var lowComponents = stored(stored, index);
      var highComponents = stored(stored, index + HALF);
      low = low.add(lowComponents.mul(lowComponents));
      high = high.add(highComponents.mul(highComponents));
    }
    spread(low, high);
    for (int index = whole; index < stored.length; index++) {
      lanes[0] += (double) stored[index] * stored[index];
    }
    return VectorSums.total(lanes);
  }

  private static DoubleVector query(double[] query, int index) {
    return DoubleVector.fromArray(DOUBLES, query, index);
  }

  private static DoubleVector stored(float[] stored, int index) {
    return (DoubleVector)
        FloatVector.fromArray(FLOATS, stored, index).convertShape(VectorOperators.F2D, DOUBLES, 0);
  }

  private void spread(DoubleVector low, DoubleVector high) {
    low.intoArray(lanes, 0);
    high.intoArray(lanes, HALF);
  }
}
