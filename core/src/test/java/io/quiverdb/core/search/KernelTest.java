package io.quiverdb.core.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quiverdb.core.Metric;
import io.quiverdb.core.Vector;
import io.quiverdb.core.storage.Seed;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class KernelTest {
  @Test
  void scoresAreWhatTheMetricsSay() {
    var query = Vector.of(1, 2, 3, 4, 5);
    var stored = Vector.of(5, 4, 3, 2, 1);

    assertThat(score(Metric.L2_SQUARED, query, stored)).isEqualTo(40);
    assertThat(score(Metric.DOT, query, stored)).isEqualTo(35);
    assertThat(score(Metric.COSINE, query, stored)).isEqualTo(35f / 55);
  }

  @Test
  void cosineWithZeroVectorIsZero() {
    assertThat(score(Metric.COSINE, Vector.of(0, 0), Vector.of(1, 2))).isEqualTo(0);
    assertThat(score(Metric.COSINE, Vector.of(1, 2), Vector.of(0, 0))).isEqualTo(0);
  }

  @Test
  void cosineOfAVectorWithItselfIsOne() {
    var tiny = Vector.of(Float.MIN_VALUE, 0, Float.MIN_VALUE);

    assertThat(score(Metric.COSINE, tiny, tiny)).isEqualTo(1);
  }

  @Test
  void scoresBeyondFloatsStayFinite() {
    var huge = Vector.of(Float.MAX_VALUE, Float.MAX_VALUE);
    var opposite = Vector.of(-Float.MAX_VALUE, -Float.MAX_VALUE);

    assertThat(score(Metric.L2_SQUARED, huge, opposite)).isEqualTo(Float.MAX_VALUE);
    assertThat(score(Metric.DOT, huge, opposite)).isEqualTo(-Float.MAX_VALUE);
    assertThat(score(Metric.COSINE, huge, opposite)).isEqualTo(-1);
  }

  @Test
  void zeroHasOneSign() {
    float score = score(Metric.DOT, Vector.of(-1f), Vector.of(0f));

    assertThat(Float.floatToIntBits(score)).isEqualTo(0);
  }

  @Test
  void everyDimensionIsSummedWhole() {
    var random = new SplittableRandom(Seed.draw());
    for (int dimension = 1; dimension <= 67; dimension++) {
      float[] left = components(random, dimension);
      float[] right = components(random, dimension);
      double dot = 0;
      double distance = 0;
      for (int index = 0; index < dimension; index++) {
        dot += (double) left[index] * right[index];
        distance += Math.pow((double) left[index] - right[index], 2);
      }

      assertThat(score(Metric.DOT, Vector.of(left), Vector.of(right)))
          .isCloseTo((float) dot, within(1e-4f));
      assertThat(score(Metric.L2_SQUARED, Vector.of(left), Vector.of(right)))
          .isCloseTo((float) distance, within(1e-4f));
    }
  }

  private static float[] components(SplittableRandom random, int dimension) {
    var components = new float[dimension];
    for (int index = 0; index < dimension; index++) {
      components[index] = (float) random.nextDouble(-1, 1);
    }
    return components;
  }

  /// With the stored vector at an odd place.
  private static float score(Metric metric, Vector query, Vector stored) {
    byte[] bytes = stored.toLittleEndian();
    var memory = new byte[bytes.length + 3];
    System.arraycopy(bytes, 0, memory, 3, bytes.length);
    return new Kernel(metric, query, Arithmetic.vectorSums())
        .score(MemorySegment.ofArray(memory), 3);
  }
}
