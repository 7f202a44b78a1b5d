package io.quiverdb.jepsen.net;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/// The quality of every link.
final class LinkTable {
  private final int nodes;
  private final Set<Impairment> supported;
  private final ConcurrentMap<Link, Quality> impaired = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Optional<Throwable> failure = Optional.empty();

  LinkTable(int nodes, Set<Impairment> supported) {
    this.nodes = nodes;
    this.supported = Set.copyOf(supported);
  }

  boolean supports(Impairment impairment) {
    return supported.contains(impairment);
  }

  Quality quality(Link link) {
    return impaired.getOrDefault(link, Quality.GOOD);
  }

  void update(Link link, UnaryOperator<Quality> change) {
    requireKnown(link.from());
    requireKnown(link.to());
    requireWorking();
    lock.lock();
    try {
      var quality = change.apply(quality(link));
      requireSupported(quality);
      if (quality.equals(Quality.GOOD)) {
        impaired.remove(link);
      } else {
        impaired.put(link, quality);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void heal() {
    requireWorking();
    lock.lock();
    try {
      impaired.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until none is blocked.
  ///
  /// @return false if that did not happen in time
  boolean awaitOpen(List<Link> links, long limitMillis) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(limitMillis);
    lock.lockInterruptibly();
    try {
      while (links.stream().anyMatch(link -> quality(link).blocked())) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until something of a stream may arrive: not while the link is blocked, and not before
  /// its time unless the link no longer delays.
  ///
  /// @param due by [System#nanoTime]
  void awaitDelivery(Link link, long due) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        var quality = quality(link);
        long left = due - System.nanoTime();
        if (quality.blocked()) {
          changed.await();
        } else if (quality.delays() && left > 0) {
          changed.awaitNanos(left);
        } else {
          return;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// The network does not work any longer.
  void fail(Throwable cause) {
    failure = Optional.of(cause);
  }

  private void requireWorking() {
    var cause = failure;
    if (cause.isPresent()) {
      throw new IllegalStateException("the network of this test has failed", cause.get());
    }
  }

  private void requireKnown(End end) {
    if (end instanceof End.Node(int number) && number >= nodes) {
      throw new IllegalArgumentException(
          "node: " + number + " (expected: 0 to " + (nodes - 1) + ")");
    }
  }

  private void requireSupported(Quality quality) {
    var missing = EnumSet.noneOf(Impairment.class);
    missing.addAll(quality.impairments());
    missing.removeAll(supported);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "impairments: "
              + missing
              + " (expected: of those that can be had here, "
              + supported
              + ")");
    }
  }
}
