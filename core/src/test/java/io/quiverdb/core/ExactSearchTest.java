package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.SearchedStore.Condition;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.storage.Seed;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Exact searches of segments whose indexes round, where that matters.
final class ExactSearchTest {
  private static final int DIMENSION = 24;
  private static final int POINTS = 1_200;
  private static final int QUERIES = 20;

  private final long seed = Seed.draw();
  private final Random random = new Random(seed);

  @ParameterizedTest
  @EnumSource
  void pointsThatAreEquallyNearAreToldApartById(Metric metric) {
    assertFindsWhatTheModelFinds(metric, this::oneOfFew);
  }

  @ParameterizedTest
  @EnumSource
  void pointsThatRoundingPutsInAnotherOrderAreFound(Metric metric) {
    var center = drawn(1);
    assertFindsWhatTheModelFinds(metric, () -> sum(center, drawn(1e-6)));
  }

  @ParameterizedTest
  @EnumSource
  void pointsOfAllLengthsAreFound(Metric metric) {
    assertFindsWhatTheModelFinds(metric, () -> drawn(Math.pow(10, random.nextDouble(-18, 15))));
  }

  /// Some of them dead, in two segments and a buffer.
  private void assertFindsWhatTheModelFinds(Metric metric, Supplier<float[]> vectors) {
    try (var points = new SearchedStore(metric, VectorSets.uniform(seed, DIMENSION))) {
      for (int segment = 0; segment < 2; segment++) {
        add(points, POINTS, vectors);
        assertThat(points.checkpoint().index()).isEqualTo(1);
      }
      points.delete(0.1);
      add(points, POINTS / 10, vectors);
      for (int asked = 0; asked < QUERIES; asked++) {
        float[] query = vectors.get();
        for (var condition : List.of(Condition.ANY, Condition.share(30_000))) {
          for (int k : List.of(1, 10, 100)) {
            var exact = points.exact(points.query(query, k, condition, OptionalInt.empty()));
            assertThat(points.search(exact)).isEqualTo(points.nearest(query, k, condition));
          }
        }
      }
    }
  }

  private static void add(SearchedStore points, int count, Supplier<float[]> vectors) {
    for (int added = 0; added < count; added++) {
      points.addAlike(1, vectors.get());
    }
  }

  /// Of whole numbers, whose sums are exact.
  private float[] oneOfFew() {
    var vector = new float[DIMENSION];
    for (int index = 0; index < DIMENSION; index++) {
      vector[index] = 1 + (index < 5 ? random.nextInt(3) : 0);
    }
    return vector;
  }

  private float[] drawn(double scale) {
    var vector = new float[DIMENSION];
    for (int index = 0; index < DIMENSION; index++) {
      vector[index] = (float) (scale * random.nextGaussian());
    }
    return vector;
  }

  private static float[] sum(float[] left, float[] right) {
    var sum = new float[left.length];
    for (int index = 0; index < left.length; index++) {
      sum[index] = left[index] + right[index];
    }
    return sum;
  }

  @Test
  void rowsAreLookedAtOnceWhereRoundingDoesNotMatter() {
    try (var points = new SearchedStore(Metric.COSINE, VectorSets.uniform(seed, DIMENSION))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      var query = points.query(points.vectors().draw(), 10, Condition.ANY, OptionalInt.empty());

      var plan = points.plans(points.exact(query)).getFirst();

      assertThat(plan.way()).isEqualTo(Way.EXACT);
      assertThat(plan.rowsScanned()).isEqualTo(POINTS);
    }
  }
}
