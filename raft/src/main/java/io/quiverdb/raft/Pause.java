package io.quiverdb.raft;

import java.time.Duration;
import java.util.Optional;

/// Between two attempts: each as long again as the one before, up to a minute.
final class Pause {
  static final long LAST_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long FIRST_NANOS = Duration.ofSeconds(1).toNanos();

  private Optional<Long> endNanos = Optional.empty();
  private long nextNanos = FIRST_NANOS;

  /// Begins the next one if so.
  boolean isOver(long nowNanos) {
    if (endNanos.isPresent() && nowNanos - endNanos.get() < 0) {
      return false;
    }
    endNanos = Optional.of(nowNanos + nextNanos);
    nextNanos = Math.min(LAST_NANOS, 2 * nextNanos);
    return true;
  }

  /// Whether the last attempt was so long ago that what follows is no consequence of it.
  boolean isForgotten(long nowNanos) {
    return endNanos.filter(end -> nowNanos - end < LAST_NANOS).isEmpty();
  }
}
