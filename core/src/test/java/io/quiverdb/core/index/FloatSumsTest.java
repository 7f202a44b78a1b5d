package io.quiverdb.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quiverdb.core.storage.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The tests run with the Vector API's module, whatever the processor.
final class FloatSumsTest {
  private static final double RELATIVE = 1e-5;

  private final FloatSums scalar = new ScalarFloatSums();
  private final FloatSums simd = new SimdFloatSums();
  private final SplittableRandom random = new SplittableRandom(Seed.draw());

  @Test
  void bothAgreeWithinRoundingInEveryDimension() {
    for (int dimension = 1; dimension <= 130; dimension++) {
      assertAgree(dimension);
    }
    assertAgree(768);
    assertAgree(8192);
  }

  /// With rows at odd places.
  private void assertAgree(int dimension) {
    float[] query = components(dimension);
    long stride = (long) dimension * Float.BYTES + 3;
    try (var arena = Arena.ofConfined()) {
      var rows = arena.allocate(FloatSums.AT_ONCE * stride + 3);
      var offsets = new long[FloatSums.AT_ONCE];
      var dots = new double[FloatSums.AT_ONCE];
      var distances = new double[FloatSums.AT_ONCE];
      double size = 0;
      for (int row = 0; row < FloatSums.AT_ONCE; row++) {
        float[] stored = components(dimension);
        offsets[row] = 3 + row * stride;
        MemorySegment.copy(stored, 0, rows, FloatSums.FLOAT, offsets[row], dimension);
        for (int index = 0; index < dimension; index++) {
          dots[row] += (double) query[index] * stored[index];
          distances[row] += Math.pow((double) query[index] - stored[index], 2);
          size += Math.abs((double) query[index] * stored[index]) + 1;
        }
      }
      var margin = within(RELATIVE * size);
      for (var sums : new FloatSums[] {scalar, simd}) {
        var all = new float[FloatSums.AT_ONCE];
        sums.dots(query, rows, offsets, all);
        for (int row = 0; row < FloatSums.AT_ONCE; row++) {
          assertThat((double) sums.dot(query, rows, offsets[row])).isCloseTo(dots[row], margin);
          assertThat((double) all[row]).isCloseTo(dots[row], margin);
        }
        sums.squaredDistances(query, rows, offsets, all);
        for (int row = 0; row < FloatSums.AT_ONCE; row++) {
          assertThat((double) sums.squaredDistance(query, rows, offsets[row]))
              .isCloseTo(distances[row], margin);
          assertThat((double) all[row]).isCloseTo(distances[row], margin);
        }
      }
    }
  }

  private float[] components(int dimension) {
    var components = new float[dimension];
    for (int index = 0; index < dimension; index++) {
      components[index] = (float) random.nextDouble(-1, 1);
    }
    return components;
  }
}
