package io.quiverdb.client.routing;

import java.time.Duration;
import java.util.function.LongSupplier;

/// When a call ends, all its attempts included.
final class Deadline {
  private final LongSupplier nanoClock;
  private final long endNanos;

  Deadline(LongSupplier nanoClock, Duration timeout) {
    this.nanoClock = nanoClock;
    this.endNanos = nanoClock.getAsLong() + timeout.toNanos();
  }

  /// Not positive once it has passed.
  long remainingNanos() {
    return endNanos - nanoClock.getAsLong();
  }
}
