package io.quiverdb.core.segment;

import java.util.concurrent.atomic.AtomicInteger;

/// Counts who uses something, and lets go of it when nobody does any more: for good. Whoever makes
/// it is the first user. Without a lock, for any number of threads.
public final class ReferenceCount {
  private final AtomicInteger users = new AtomicInteger(1);
  private final Runnable letGo;

  /// @param letGo runs once, on the thread of the last user
  public ReferenceCount(Runnable letGo) {
    this.letGo = letGo;
  }

  /// @return false if it has been let go of
  public boolean tryRetain() {
    int seen = users.get();
    while (seen > 0) {
      int found = users.compareAndExchange(seen, seen + 1);
      if (found == seen) {
        return true;
      }
      seen = found;
    }
    return false;
  }

  /// For whoever knows that another user is there.
  public void retain() {
    if (!tryRetain()) {
      throw new IllegalStateException("references: 0 (expected: one at least)");
    }
  }

  /// Once for each use.
  public void release() {
    int left = users.decrementAndGet();
    if (left == 0) {
      letGo.run();
    }
    if (left < 0) {
      throw new IllegalStateException("references: " + left + " (expected: not less than 0)");
    }
  }
}
