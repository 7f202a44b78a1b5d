package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.SearchedStore.Condition;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.storage.Seed;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How many of the nearest a search finds by its graphs.
final class RecallTest {
  private static final double FLOOR = 0.95;
  private static final int POINTS = 8_000;
  private static final int QUERIES = 100;

  private final long seed = Seed.draw();

  @ParameterizedTest
  @EnumSource
  void nearestAreFoundAroundClusters(Metric metric) {
    try (var points = new SearchedStore(metric, VectorSets.clustered(seed, 32, 20))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);

      assertSearchedByGraph(points);
      assertThat(points.recallAtTen(QUERIES, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"L2_SQUARED", "COSINE"})
  void nearestAreFoundInAllDirections(Metric metric) {
    try (var points = new SearchedStore(metric, VectorSets.uniform(seed, 24))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);

      assertSearchedByGraph(points);
      assertThat(points.recallAtTen(QUERIES, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);
    }
  }

  @Test
  void nearestByDirectionAreFoundHoweverLongVectorsAre() {
    try (var points = new SearchedStore(Metric.COSINE, VectorSets.ofManyLengths(seed, 16))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);

      assertSearchedByGraph(points);
      assertThat(points.recallAtTen(QUERIES, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);
    }
  }

  @Test
  void nearestAreFoundWhereThirtyOfAHundredAreDeleted() {
    try (var points = new SearchedStore(Metric.COSINE, VectorSets.clustered(seed, 32, 20))) {
      assertThat(points.add(POINTS * 3 / 2).checkpoint().index()).isEqualTo(1);
      points.delete(0.3);

      assertSearchedByGraph(points);
      assertThat(points.recallAtTen(QUERIES, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);
    }
  }

  @Test
  void nearestAreFoundAfterCompactionAndAfterARestart() {
    try (var points = new SearchedStore(Metric.L2_SQUARED, VectorSets.clustered(seed, 32, 20))) {
      points.add(POINTS / 2).checkpoint().add(POINTS / 2).checkpoint();
      assertThat(points.index()).isEqualTo(2);
      assertThat(points.recallAtTen(QUERIES, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);

      points.delete(0.1).store().compact();
      assertThat(points.index()).isEqualTo(1);
      assertSearchedByGraph(points);
      assertThat(points.recallAtTen(QUERIES, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);

      points.restart();
      assertThat(points.index()).isEqualTo(1);
      assertThat(points.store().stats().indexWork().rowsBuilt()).isZero();
      assertSearchedByGraph(points);
      assertThat(points.recallAtTen(QUERIES, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);
    }
  }

  @Test
  void whatIsWrittenIsFoundBeforeItHasAGraph() {
    try (var points = new SearchedStore(Metric.L2_SQUARED, VectorSets.clustered(seed, 32, 20))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      for (int round = 0; round < 3; round++) {
        points.add(300);
        assertThat(points.recallAtTen(QUERIES / 4, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);
        points.add(1200).checkpoint();
        assertThat(points.recallAtTen(QUERIES / 4, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);
      }
      for (int index = 0; index < 50; index++) {
        float[] fresh = points.vectors().draw();
        points.addAlike(1, fresh);
        var query = points.query(fresh, 1, Condition.ANY, OptionalInt.of(1));
        assertThat(points.search(query)).isEqualTo(points.nearest(fresh, 1, Condition.ANY));
      }
    }
  }

  @Test
  void graphThatSeveralThreadsBuiltIsAsGood() {
    var vectors = VectorSets.clustered(seed, 32, 20);
    try (var points =
        new SearchedStore(Metric.COSINE, vectors, TestKeys.PLAIN, 3, new VectorBudget(1L << 30))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);

      assertSearchedByGraph(points);
      assertThat(points.recallAtTen(QUERIES, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void nearestAreFoundWhereAGraphWasTakenOverAgainAndAgain(int threads) {
    var vectors = VectorSets.clustered(seed, 32, 20);
    try (var points =
        new SearchedStore(
            Metric.L2_SQUARED, vectors, TestKeys.PLAIN, threads, new VectorBudget(1L << 30))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
      for (int round = 0; round < 2; round++) {
        points.add(POINTS / 4).delete(0.1).checkpoint().store().compact();
        long builtBefore = points.store().stats().indexWork().rowsBuilt();
        assertThat(points.index()).isEqualTo(1);
        assertThat(points.store().stats().indexWork().rowsBuilt() - builtBefore)
            .isLessThan(points.size() / 3);
        assertSearchedByGraph(points);
        assertThat(points.recallAtTen(QUERIES / 2, Condition.ANY)).isGreaterThanOrEqualTo(FLOOR);
      }
    }
  }

  @Test
  void moreCandidatesFindMore() {
    try (var points = new SearchedStore(Metric.L2_SQUARED, VectorSets.uniform(seed, 48))) {
      assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);

      assertThat(found(points, 10)).isLessThan(found(points, 150));
    }
  }

  private static int found(SearchedStore points, int ef) {
    int found = 0;
    for (int index = 0; index < QUERIES; index++) {
      float[] vector = points.vectors().draw();
      var expected = points.nearest(vector, 10, Condition.ANY);
      var query = points.query(vector, 10, Condition.ANY, OptionalInt.of(ef));
      found += (int) points.search(query).stream().filter(expected::contains).count();
    }
    return found;
  }

  private static void assertSearchedByGraph(SearchedStore points) {
    var query = points.query(points.vectors().draw(), 10, Condition.ANY, OptionalInt.empty());
    assertThat(points.plans(query))
        .filteredOn(plan -> plan.segment().isPresent())
        .isNotEmpty()
        .allMatch(plan -> plan.way() == Way.GRAPH);
  }
}
