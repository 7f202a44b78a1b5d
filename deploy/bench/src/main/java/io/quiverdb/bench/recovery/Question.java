package io.quiverdb.bench.recovery;

import io.quiverdb.bench.recovery.NodeSearch.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A search whose answer is known from an exact one, and which graphs answer the same: whatever
/// else is answered later is wrong.
///
/// @param answer ids of the nearest, nearest first
@SuppressWarnings("ArrayRecordComponent") // never compared
record Question(float[] query, List<String> answer) {
  private static final int TRIED_MAX = 100;
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofMillis(5);

  Question {
    answer = List.copyOf(answer);
  }

  static Question find(NodeSearch search, ShardPoints points) throws InterruptedException {
    for (int number = 0; number < TRIED_MAX; number++) {
      var query = points.query(number);
      var exact = search.nearest(query, Level.LINEARIZABLE, true);
      if (exact.isPresent()
          && exact.get().size() == NodeSearch.K
          && exact.equals(search.nearest(query, Level.LINEARIZABLE, false))) {
        return new Question(query, exact.get());
      }
    }
    throw new IllegalStateException(
        "queries that graphs answer exactly: none of " + TRIED_MAX + " (expected: most)");
  }

  /// @param nanos when the right answer came
  /// @param wrong answers before it
  record Answered(long nanos, int wrong) {}

  /// Whether an answer counts: that of another node does not.
  @FunctionalInterface
  interface Ask {
    Optional<List<String>> ask() throws Exception;
  }

  Answered askUntilRight(NodeSearch search, Level level) throws Exception {
    return askUntilRight(() -> search.nearest(query, level, false), PAUSE);
  }

  /// @param ask empty where there was no answer, or none that counts
  /// @param pause between two
  Answered askUntilRight(Ask ask, Duration pause) throws Exception {
    long limit = System.nanoTime() + LIMIT.toNanos();
    int wrong = 0;
    while (System.nanoTime() - limit < 0) {
      var found = ask.ask();
      if (found.isPresent() && found.get().equals(answer)) {
        return new Answered(System.nanoTime(), wrong);
      }
      wrong += found.isPresent() ? 1 : 0;
      Thread.sleep(pause);
    }
    throw new IllegalStateException("no right answer within " + LIMIT);
  }
}
