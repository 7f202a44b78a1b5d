package io.quiverdb.raft;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// How far a replica has applied its log, for those who wait until it is far enough.
final class AppliedIndex {
  /// More would only wait for each other once the replica has caught up.
  static final int WAITERS_MAX = 4096;

  private record Waiter(long index, CompletableFuture<Void> reached) {}

  private final PriorityQueue<Waiter> waiters =
      new PriorityQueue<>(Comparator.comparingLong(Waiter::index));
  private volatile long applied;
  private volatile @Nullable RuntimeException end;

  AppliedIndex(long applied) {
    this.applied = applied;
  }

  long get() {
    return applied;
  }

  /// By the applying thread, after the state was published.
  void advance(long index) {
    assert index >= applied : index + " after " + applied;
    applied = index;
    List<Waiter> reached = new ArrayList<>();
    synchronized (waiters) {
      while (!waiters.isEmpty() && waiters.peek().index() <= index) {
        reached.add(waiters.remove());
      }
    }
    reached.forEach(waiter -> waiter.reached().complete(null));
  }

  /// Nothing will be applied any more.
  void end(RuntimeException reason) {
    List<Waiter> left;
    synchronized (waiters) {
      if (end == null) {
        end = reason;
      }
      left = List.copyOf(waiters);
      waiters.clear();
    }
    left.forEach(waiter -> waiter.reached().completeExceptionally(reason));
  }

  CompletableFuture<Void> reached(long index) {
    if (index <= applied) {
      return CompletableFuture.completedFuture(null);
    }
    var waiter = new Waiter(index, new CompletableFuture<>());
    synchronized (waiters) {
      // Looked at again: whoever advances looks for waiters only after it moved the index.
      if (index <= applied) {
        return CompletableFuture.completedFuture(null);
      }
      var reason = end;
      if (reason != null) {
        return CompletableFuture.failedFuture(reason);
      }
      if (waiters.size() == WAITERS_MAX) {
        return CompletableFuture.failedFuture(
            new ShardException.Overloaded(
                "replica: %d reads wait until it has caught up (expected: fewer)"
                    .formatted(WAITERS_MAX)));
      }
      waiters.add(waiter);
    }
    // An index that is never reached must not be waited for longer than anybody does.
    var _ =
        waiter
            .reached()
            .whenComplete(
                (_, _) -> {
                  if (waiter.reached().isCompletedExceptionally()) {
                    forget(waiter);
                  }
                });
    return waiter.reached();
  }

  private void forget(Waiter waiter) {
    synchronized (waiters) {
      waiters.remove(waiter);
    }
  }

  int waiting() {
    synchronized (waiters) {
      return waiters.size();
    }
  }
}
