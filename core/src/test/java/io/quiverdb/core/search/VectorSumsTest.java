package io.quiverdb.core.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.storage.Seed;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The tests run with the Vector API's module, whatever the processor.
final class VectorSumsTest {
  private static final float[] HARD = {
    0,
    -0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    1,
    1 + Math.ulp(1f),
    1e-20f,
    1e20f,
    16_777_216
  };

  private final VectorSums scalar = new ScalarSums();
  private final VectorSums simd = new SimdSums();

  @Test
  void bothGiveTheSameBitsInEveryDimension() {
    var random = new SplittableRandom(Seed.draw());
    for (int dimension = 1; dimension <= 300; dimension++) {
      assertSameBits(components(random, dimension), components(random, dimension));
    }
    assertSameBits(components(random, 8192), components(random, 8192));
  }

  @Test
  void bothGiveTheSameBitsForHardNumbers() {
    var random = new SplittableRandom(Seed.draw());
    for (int round = 0; round < 2000; round++) {
      int dimension = random.nextInt(1, 40);
      assertSameBits(hard(random, dimension), hard(random, dimension));
    }
  }

  @Test
  void orderOfSummationIsTheOneWrittenDown() {
    // 2^53 + 1 + 1 is 2^53 if the ones come one by one, and 2^53 + 2 if they come together.
    var components = new float[9];
    components[1] = 0x1p26f;
    components[0] = 1;
    components[8] = 1;
    var ones = new double[] {1, 0x1p27, 1, 1, 1, 1, 1, 1, 1};

    assertThat(scalar.dot(ones, components)).isEqualTo(0x1p53 + 2);
    assertThat(simd.dot(ones, components)).isEqualTo(0x1p53 + 2);
  }

  private void assertSameBits(float[] left, float[] right) {
    var query = new double[left.length];
    for (int index = 0; index < left.length; index++) {
      query[index] = left[index];
    }

    assertThat(bits(simd.dot(query, right))).isEqualTo(bits(scalar.dot(query, right)));
    assertThat(bits(simd.squaredDistance(query, right)))
        .isEqualTo(bits(scalar.squaredDistance(query, right)));
    assertThat(bits(simd.squaredNorm(right))).isEqualTo(bits(scalar.squaredNorm(right)));
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static float[] components(SplittableRandom random, int dimension) {
    var components = new float[dimension];
    for (int index = 0; index < dimension; index++) {
      components[index] = (float) random.nextDouble(-1, 1);
    }
    return components;
  }

  private static float[] hard(SplittableRandom random, int dimension) {
    var components = new float[dimension];
    for (int index = 0; index < dimension; index++) {
      components[index] = HARD[random.nextInt(HARD.length)];
    }
    return components;
  }
}
