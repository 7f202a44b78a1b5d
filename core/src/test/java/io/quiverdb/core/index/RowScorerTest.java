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
