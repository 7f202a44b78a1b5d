package io.quiverdb.cli.demo;

import io.quiverdb.cli.local.LocalClusterException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// All that was acknowledged to the writers, in the order of arrival. Safe for use by many threads.
final class Acknowledgements {
  private final List<Acknowledgement> all = new ArrayList<>();
  private Optional<Throwable> failure = Optional.empty();

  synchronized void add(Acknowledgement acknowledgement) {
    all.add(acknowledgement);
    notifyAll();
  }

  /// No more will come.
  synchronized void fail(Throwable failure) {
    this.failure = Optional.of(failure);
    notifyAll();
  }

  synchronized int count() {
    return all.size();
  }

  synchronized List<Acknowledgement> snapshot() {
    return List.copyOf(all);
  }

  /// Waits until there are `wanted`.
  ///
  /// @throws LocalClusterException if they do not come within `limit`, or a writer has failed
  synchronized void await(int wanted, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (all.size() < wanted) {
      if (failure.isPresent()) {
        throw new LocalClusterException(
            "a writer has failed: " + failure.get().getMessage(), failure.get());
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new LocalClusterException(
            "acknowledged points: " + all.size() + " (expected: " + wanted + " in " + limit + ")");
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }
}
