package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.SearchedStore.Condition;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.storage.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Searches with a filter, whatever part of the points matches and wherever those lie.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FilteredSearchTest {
  private static final double FLOOR = 0.95;
  private static final int POINTS = 8_000;
  private static final int CLUSTERS = 20;
  private static final int QUERIES = 50;
  private static final int FEW_CANDIDATES = 20;

  private final SearchedStore points =
      new SearchedStore(Metric.COSINE, VectorSets.clustered(Seed.draw(), 32, CLUSTERS));

  @BeforeAll
  void writePoints() {
    assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
    points.delete(0.1).add(200);
  }

  @AfterAll
  void close() {
    points.close();
  }

  /// Of a hundred thousand.
  @ParameterizedTest
  @ValueSource(ints = {100_000, 50_000, 30_000, 10_000, 1_000, 100})
  void nearestThatMatchAreFoundWhereverTheyLie(int share) {
    assertThat(points.recallAtTen(QUERIES, Condition.share(share))).isGreaterThanOrEqualTo(FLOOR);
    assertThat(points.recallAtTen(QUERIES, Condition.undeclaredShare(share)))
        .isGreaterThanOrEqualTo(FLOOR);
  }

  /// With so few candidates that the graph is asked even where half of them match.
  @ParameterizedTest
  @ValueSource(ints = {100_000, 60_000, 50_000})
  void graphFindsNearestThatMatchWithFewCandidatesToo(int share) {
    var ef = OptionalInt.of(FEW_CANDIDATES);
    assertThat(ways(Condition.share(share))).containsExactly(Way.GRAPH);
    assertThat(points.recallAtTen(QUERIES, Condition.share(share), ef)).isGreaterThanOrEqualTo(0.9);
    assertThat(points.recallAtTen(QUERIES, Condition.undeclaredShare(share), ef))
        .isGreaterThanOrEqualTo(0.9);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, CLUSTERS})
  void nearestThatMatchAreFoundWhereTheyLieTogether(int clusters) {
    assertThat(points.recallAtTen(QUERIES, Condition.firstClusters(clusters)))
        .isGreaterThanOrEqualTo(FLOOR);
  }

  @Test
  void fewMatchesAreAllLookedAtAndManyAreFoundByTheGraph() {
    assertThat(ways(Condition.share(1_000))).containsExactly(Way.FEW_MATCHES);
    assertThat(ways(Condition.share(50_000))).containsExactly(Way.GRAPH);
    assertThat(ways(Condition.ANY)).containsExactly(Way.GRAPH);
  }

  @Test
  void planTellsWhatTheSearchTook() {
    var few = points.query(points.vectors().draw(), 5, Condition.share(1_000), OptionalInt.empty());
    var plans = points.plans(few);

    assertThat(plans).hasSize(2);
    var segment = plans.getFirst();
    assertThat(segment.segment()).isPresent();
    assertThat(segment.rows()).isEqualTo(POINTS);
    assertThat(segment.matchesEstimated()).isBetween(40L, 160L);
    assertThat(segment.rowsScanned()).isBetween(40L, 160L);
    assertThat(segment.nodesVisited()).isZero();
    var buffer = plans.getLast();
    assertThat(buffer.segment()).isEmpty();
    assertThat(buffer.way()).isEqualTo(Way.NO_GRAPH);
    assertThat(buffer.rowsScanned()).isEqualTo(200);

    var graph =
        points.plans(points.query(points.vectors().draw(), 5, Condition.ANY, OptionalInt.of(40)));
    assertThat(graph.getFirst().nodesVisited()).isBetween(40L, 4_000L);
    assertThat(graph.getFirst().rowsScanned()).isZero();
  }

  @Test
  void searchThatDoesNotSayItKeepsAsManyCandidatesAsItsCollectionSays() {
    var query = points.query(points.vectors().draw(), 5, Condition.ANY, OptionalInt.empty());
    long usual = visited(query);
    var store = points.store();
    var settings = store.settings(SearchedStore.COLLECTION);
    long _ =
        store.updateSettings(
            SearchedStore.COLLECTION,
            new Settings(settings.filterableFields(), OptionalInt.of(20)));
    try {
      assertThat(visited(query)).isBetween(20L, usual - 1);
      assertThat(visited(query.in(new Settings(List.of(), OptionalInt.of(100))))).isEqualTo(usual);
    } finally {
      long _ = store.updateSettings(SearchedStore.COLLECTION, settings);
    }
    assertThat(visited(query)).isEqualTo(usual);
  }

  private long visited(Query query) {
    return points.plans(query).getFirst().nodesVisited();
  }

  @Test
  void exactSearchFindsWhatTheModelFinds() {
    for (int share : Arrays.asList(100_000, 20_000, 500)) {
      for (int round = 0; round < 20; round++) {
        float[] vector = points.vectors().draw();
        var query = points.query(vector, 25, Condition.share(share), OptionalInt.empty());
        assertThat(points.search(points.exact(query)))
            .isEqualTo(points.nearest(vector, 25, Condition.share(share)));
      }
    }
  }

  private Set<Way> ways(Condition condition) {
    return points
        .plans(points.query(points.vectors().draw(), 10, condition, OptionalInt.of(FEW_CANDIDATES)))
        .stream()
        .filter(plan -> plan.segment().isPresent())
        .map(SegmentPlan::way)
        .collect(Collectors.toSet());
  }
}
