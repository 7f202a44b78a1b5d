package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.SearchedStore.Condition;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.storage.Seed;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A search finds as many as it is asked for where there are as many, however little care it is
/// told to take.
final class HonestKTest {
  private static final int POINTS = 6_000;
  private static final int CLUSTERS = 12;

  private final long seed = Seed.draw();
  private final Random random = new Random(seed);

  @Test
  void noSearchComesBackShort() {
    try (var points = new SearchedStore(Metric.L2_SQUARED, vectors())) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      assertHonest(points);
      points.delete(0.4);
      assertHonest(points);
    }
  }

  private void assertHonest(SearchedStore points) {
    var conditions =
        List.of(
            Condition.ANY,
            Condition.share(60_000),
            Condition.share(12_000),
            Condition.share(7_000),
            Condition.share(300),
            Condition.share(0),
            Condition.undeclaredShare(12_000),
            Condition.undeclaredShare(300),
            Condition.firstClusters(1),
            Condition.firstClusters(5));
    for (var condition : conditions) {
      long matches = points.matches(condition);
      for (int ef : List.of(1, 3, 10, 100, 1_000, Query.EF_MAX)) {
        for (int k : List.of(1, 10, 100, 1_000, Query.K_MAX)) {
          var query = points.query(farAway(points), k, condition, OptionalInt.of(ef));
          assertThat(points.search(query))
              .as("%s ef %d k %d", condition.filter(), ef, k)
              .doesNotHaveDuplicates()
              .hasSize((int) Math.min(k, matches));
        }
      }
    }
  }

  /// Away from what the filters by cluster let through.
  private float[] farAway(SearchedStore points) {
    return points.vectors().around(random.nextInt(CLUSTERS / 2, CLUSTERS));
  }

  /// Rows that are all the same are hardly linked: each is as near to the others as these are to
  /// each other.
  @Test
  void pointsThatAreAllAlikeAreFound() {
    try (var points = new SearchedStore(Metric.COSINE, vectors())) {
      float[] vector = points.vectors().draw();
      points.addAlike(4_000, vector).add(500).checkpoint();
      assertThat(points.index()).isEqualTo(1);

      for (int k : List.of(1, 10, 100, 400)) {
        var query = points.query(vector, k, Condition.ANY, OptionalInt.of(1));
        assertThat(points.search(query)).doesNotHaveDuplicates().hasSize(k);
      }
    }
  }

  @Test
  void vectorsWithoutDirectionAreFoundByCosineToo() {
    try (var points = new SearchedStore(Metric.COSINE, vectors())) {
      points.addAlike(1_500, new float[vectors().dimension()]).add(500).checkpoint();
      assertThat(points.index()).isEqualTo(1);

      for (int k : List.of(10, 1_000, 2_000)) {
        var query = points.query(points.vectors().draw(), k, Condition.ANY, OptionalInt.of(1));
        assertThat(points.search(query)).doesNotHaveDuplicates().hasSize(k);
      }
    }
  }

  @Test
  void componentsOfAnySizeAreFound() {
    try (var points = new SearchedStore(Metric.DOT, vectors())) {
      var huge = new float[vectors().dimension()];
      huge[0] = Float.MAX_VALUE;
      huge[1] = -Float.MAX_VALUE;
      points.addAlike(1_200, huge).add(1_200).checkpoint();
      assertThat(points.index()).isEqualTo(1);

      for (int k : List.of(10, 1_000, 2_400)) {
        var query = points.query(huge, k, Condition.ANY, OptionalInt.of(1));
        assertThat(points.search(query)).doesNotHaveDuplicates().hasSize(k);
      }
    }
  }

  @Test
  void searchThatTheGraphLeavesShortIsFinishedByAScan() {
    try (var points = new SearchedStore(Metric.L2_SQUARED, vectors())) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      // Nothing says beforehand how few of these match.
      var condition = Condition.undeclaredShare(100);

      var plans = points.plans(points.query(farAway(points), 10, condition, OptionalInt.of(1)));

      assertThat(plans.getFirst().way()).isEqualTo(Way.GRAPH_THEN_SCAN);
      assertThat(plans.getFirst().rowsScanned()).isEqualTo(POINTS);
    }
  }

  private VectorSets vectors() {
    return VectorSets.clustered(seed, 16, CLUSTERS);
  }
}
