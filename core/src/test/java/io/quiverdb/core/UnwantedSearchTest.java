package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.SearchedStore.Condition;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.core.storage.Seed;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Searches of which nobody wants the result any more.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UnwantedSearchTest {
  private static final int POINTS = 3_000;

  private final SearchedStore points =
      new SearchedStore(Metric.L2_SQUARED, VectorSets.uniform(Seed.draw(), 8));

  @BeforeAll
  void writePoints() {
    assertThat(points.add(POINTS).checkpoint().index()).isEqualTo(1);
  }

  @AfterAll
  void close() {
    points.close();
  }

  @Test
  void searchByAGraphStops() {
    assertStops(query(Condition.ANY, 20), Way.GRAPH);
  }

  @Test
  void searchByAGraphWithAFilterStops() {
    assertStops(query(Condition.share(70_000), 10), Way.GRAPH);
  }

  @Test
  void scanOfWhatMatchesStops() {
    assertStops(query(Condition.share(30_000), 500), Way.FEW_MATCHES);
  }

  @Test
  void exactScanStops() {
    assertStops(points.exact(query(Condition.ANY, 20)), Way.EXACT);
  }

  @Test
  void searchWhoseResultIsNotWantedFromTheStartLooksAtNothing() {
    var statistics = new QueryStatistics();
    var query = points.exact(query(Condition.ANY, 20));

    assertThatThrownBy(() -> points.search(query, statistics, () -> true))
        .isInstanceOf(CancellationException.class);
    assertThat(statistics.rowsVisited()).isLessThanOrEqualTo(1);
  }

  /// Wherever on its way it is: it goes on for not more than what lies between two questions.
  private void assertStops(Query query, Way way) {
    assertThat(points.plans(query)).extracting(SegmentPlan::way).contains(way);
    int questions = questions(query);
    assertThat(questions).isGreaterThan(POINTS / 1_000);
    for (int answered = 0; answered < questions; answered++) {
      int last = answered;
      var asked = new AtomicInteger();

      assertThatThrownBy(
              () ->
                  points.search(query, new QueryStatistics(), () -> asked.incrementAndGet() > last))
          .isInstanceOf(CancellationException.class)
          .hasMessage("search: not wanted any more");
      assertThat(asked.get()).isBetween(last + 1, last + 5);
    }
  }

  private int questions(Query query) {
    var asked = new AtomicInteger();
    var found = points.search(query, new QueryStatistics(), () -> asked.incrementAndGet() < 0);
    assertThat(found).hasSize(10);
    return asked.get();
  }

  private Query query(Condition condition, int ef) {
    return points.query(points.vectors().draw(), 10, condition, OptionalInt.of(ef));
  }
}
