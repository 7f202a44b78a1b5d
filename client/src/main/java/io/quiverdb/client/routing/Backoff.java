package io.quiverdb.client.routing;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// The pauses between the attempts of one call: doubling, each between half and all of its step, so
/// that calls that failed together do not come back together.
final class Backoff {
  static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  static final long LAST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final RandomGenerator random;
  private long stepNanos = FIRST_NANOS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  long nextNanos() {
    return nextNanos(0);
  }

  /// @param asked what a node asked to wait; no pause is shorter
  long nextNanos(long asked) {
    long step = stepNanos;
    stepNanos = Math.min(LAST_NANOS, step * 2);
    long shortest = Math.max(step / 2, asked);
    return random.nextLong(shortest, Math.max(step, shortest + shortest / 2) + 1);
  }
}
