package io.quiverdb.bench.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quiverdb.core.Metric;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TruthTest {
  /// Rows 0 to 19 on a line, and a query at its beginning; row 19 stands where row 9 does.
  private final Rows rows =
      new Rows(
          "line",
          Metric.L2_SQUARED,
          IntStream.range(0, 20)
              .mapToObj(row -> place(row == 19 ? 9 : row))
              .toArray(float[][]::new),
          new float[][] {place(0)},
          List.of(
              new Rows.Category(
                  "parity",
                  IntStream.range(0, 20).mapToObj(row -> row % 10 == 1 ? "one" : "any").toList())),
          List.of(new Filter("parity", "one")));

  private static float[] place(int along) {
    return new float[] {along, 0, 0, 0};
  }

  @Test
  void recallIsTheShareOfTheTenNearestThatWasFound() {
    var truth = Truth.of(rows, Optional.empty());

    assertThat(truth.recall(found(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))).isEqualTo(1);
    assertThat(truth.recall(found(0, 1, 2, 3, 4, 5, 6, 7, 15, 16))).isCloseTo(0.8, within(1e-9));
    assertThat(truth.recall(found())).isZero();
  }

  @Test
  void rowThatIsAsNearAsTheTenthIsRightInItsStead() {
    var truth = Truth.of(rows, Optional.empty());

    assertThat(truth.recall(found(0, 1, 2, 3, 4, 5, 6, 7, 8, 19))).isEqualTo(1);
  }

  @Test
  void rowThatIsFoundTwiceCountsOnce() {
    var truth = Truth.of(rows, Optional.empty());

    assertThat(truth.recall(found(0, 0, 0, 0, 0, 1, 1, 1, 1, 1))).isCloseTo(0.2, within(1e-9));
  }

  @Test
  void noMoreIsWantedThanMatches() {
    var truth = Truth.of(rows, rows.filters().stream().findFirst());

    assertThat(truth.wanted()).isEqualTo(2);
    assertThat(truth.recall(found(1, 11))).isEqualTo(1);
    assertThat(truth.answeredInFull(found(1, 11))).isEqualTo(1);
    assertThat(truth.answeredInFull(found(1))).isZero();
  }

  private static int[][] found(int... rows) {
    return new int[][] {rows};
  }
}
