package io.quiverdb.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quiverdb.core.Metric;
import io.quiverdb.core.storage.Seed;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RowScorerTest {
  private static final int ROWS = 20;
  private static final int DIMENSION = 19;

  private final Random random = new Random(Seed.draw());

  /// Or a build prunes links by how long vectors are, and searches miss what is near.
  @ParameterizedTest
  @EnumSource
  void scoreOfTwoRowsIsTheSameFromTheSideOfEither(Metric metric) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var indexed = IndexedVectors.of(metric, rowsOfManyLengths(arena), arena);
      var one = new RowScorer.Supplier(indexed).scorer();
      var other = new RowScorer.Supplier(indexed).scorer();
      for (int row = 0; row < ROWS; row++) {
        one.setScoringOrdinal(row);
        for (int next = 0; next < ROWS; next++) {
          other.setScoringOrdinal(next);
          float score = one.score(next);
          assertThat(other.score(row)).isCloseTo(score, within(1e-4f * (1 + Math.abs(score))));
        }
      }
    }
  }

  /// Or an exact search leaves out what is near.
  @ParameterizedTest
  @EnumSource
  void noRowIsNearerThanTheLimitOfItsScore(Metric metric) {
    int told = 0;
    for (int round = 0; round < 300; round++) {
      try (var arena = Arena.ofConfined()) {
        // Up to where squares overflow, and down to where they underflow.
        double scale = Math.pow(10, random.nextDouble(-30, 20));
        var indexed = IndexedVectors.of(metric, rows(arena, scale), arena);
        var query = new float[DIMENSION];
        for (int index = 0; index < DIMENSION; index++) {
          query[index] = (float) (scale * random.nextGaussian());
        }
        var scorer = new RowScorer(indexed, query);
        var limits = scorer.limits();
        for (int row = 0; row < ROWS; row++) {
          double limit = limits.limit(scorer.score(row));
          double exact = exact(metric, query, indexed.rows(), row);
          told += limit == 0 || Double.isInfinite(limit) ? 0 : 1;
          boolean isNearer = metric == Metric.L2_SQUARED ? exact < limit : exact > limit;
          assertThat(isNearer).as("%s scale %s: %s, %s", metric, scale, exact, limit).isFalse();
        }
      }
    }
    assertThat(told).isGreaterThan(1_000);
  }

  /// Or an exact search compares all rows twice.
  @ParameterizedTest
  @EnumSource
  void limitIsNotFarFromTheScore(Metric metric) {
    try (var arena = Arena.ofConfined()) {
      var indexed = IndexedVectors.of(metric, rows(arena, 1), arena);
      var query = new float[DIMENSION];
      for (int index = 0; index < DIMENSION; index++) {
        query[index] = (float) random.nextGaussian();
      }
      var scorer = new RowScorer(indexed, query);
      for (int row = 0; row < ROWS; row++) {
        double exact = exact(metric, query, indexed.rows(), row);
        assertThat(scorer.limits().limit(scorer.score(row)))
            .isCloseTo(exact, within(1e-3 * (1 + Math.abs(exact))));
      }
    }
  }

  private static double exact(Metric metric, float[] query, RowVectors rows, int row) {
    double distance = 0;
    double dot = 0;
    double squares = 0;
    for (int index = 0; index < query.length; index++) {
      double component =
          rows.memory().get(FloatSums.FLOAT, rows.offset(row) + (long) index * Float.BYTES);
      distance += (query[index] - component) * (query[index] - component);
      dot += query[index] * component;
      squares += component * component;
    }
    return switch (metric) {
      case L2_SQUARED -> distance;
      case DOT -> dot;
      case COSINE -> squares == 0 ? 0 : dot / (Math.sqrt(squares) * IndexedVectors.norm(query));
    };
  }

  /// The first without length.
  private RowVectors rows(Arena arena, double scale) {
    var memory = arena.allocate((long) ROWS * DIMENSION * Float.BYTES, Float.BYTES);
    for (int row = 1; row < ROWS; row++) {
      for (int index = 0; index < DIMENSION; index++) {
        memory.setAtIndex(
            ValueLayout.JAVA_FLOAT,
            (long) row * DIMENSION + index,
            (float) (scale * random.nextGaussian()));
      }
    }
    return RowVectors.inOnePiece(memory, ROWS, DIMENSION);
  }

  private RowVectors rowsOfManyLengths(Arena arena) {
    var memory = arena.allocate((long) ROWS * DIMENSION * Float.BYTES, Float.BYTES);
    for (int row = 0; row < ROWS; row++) {
      double length = Math.pow(10, random.nextDouble(-1, 1));
      for (int index = 0; index < DIMENSION; index++) {
        memory.setAtIndex(
            ValueLayout.JAVA_FLOAT,
            (long) row * DIMENSION + index,
            (float) (length * random.nextGaussian()));
      }
    }
    return RowVectors.inOnePiece(memory, ROWS, DIMENSION);
  }
}
