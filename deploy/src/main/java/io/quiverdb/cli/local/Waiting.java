package io.quiverdb.cli.local;

import io.quiverdb.client.QuiverException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Waits for a condition, with a limit that is only there against hanging.
public final class Waiting {
  public static final Duration LIMIT = Duration.ofMinutes(10);
  private static final long POLL_MILLIS = 50;

  private Waiting() {}

  /// Asks until the answer is as wanted; a call of the client's that fails counts as no answer.
  ///
  /// @param what is waited for, as a sentence
  /// @throws LocalClusterException if it does not come within [#LIMIT]
  public static <T> T until(String what, Supplier<T> question, Predicate<T> wanted)
      throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      Optional<QuiverException> failure = Optional.empty();
      try {
        var answer = question.get();
        if (wanted.test(answer)) {
          return answer;
        }
      } catch (QuiverException e) {
        failure = Optional.of(e);
      }
      if (System.nanoTime() - end >= 0) {
        throw new LocalClusterException(
            "not within "
                + LIMIT.toSeconds()
                + " s: "
                + what
                + failure.map(e -> " (" + e.getMessage() + ")").orElse(""));
      }
      Thread.sleep(POLL_MILLIS);
    }
  }
}
