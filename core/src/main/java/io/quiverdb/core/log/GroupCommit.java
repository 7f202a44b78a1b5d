package io.quiverdb.core.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// Lets concurrent writers share a write and its fsync.
///
/// Writers queue up, and the first of the queue leads: it makes those behind it durable together
/// with itself, hands over to the first one left, and applies its group. So the next group is
/// written while this one is applied; and in the order in which they were written they are applied,
/// for a leader takes the lock of applying before it hands over. (After the write queue of RocksDB,
/// with its pipelined writes.)
///
/// @param <T> a request
/// @param <R> its result
public final class GroupCommit<T, R> {
  private final ConcurrentLinkedQueue<Waiting<T, R>> queue = new ConcurrentLinkedQueue<>();
  private final Stages<T, R> stages;
  private final Lock applying;
  private final ToLongFunction<T> requestBytes;
  private final long groupBytesMax;

  /// What is done with a group. Called by one thread at a time each, in the same order.
  public interface Stages<T, R> {
    /// Makes a group durable. If it throws, none of it is applied.
    void write(List<T> group) throws Exception;

    /// Called with the lock of applying held.
    ///
    /// @return a result each
    List<R> apply(List<T> group);
  }

  /// @param applying held while a group is applied
  /// @param groupBytesMax from which on a group takes no further request
  public GroupCommit(
      Stages<T, R> stages, Lock applying, ToLongFunction<T> requestBytes, long groupBytesMax) {
    this.stages = stages;
    this.applying = applying;
    this.requestBytes = requestBytes;
    this.groupBytesMax = groupBytesMax;
  }

  /// Returns when the request is durable and applied. Waits though it be interrupted: what has been
  /// written cannot be taken back.
  ///
  /// @throws GroupFailedException if its group could not be written or applied
  public R commit(T request) {
    var mine = new Waiting<T, R>(Optional.of(request), Thread.currentThread());
    queue.add(mine);
    awaitTurn(mine);
    if (!mine.isSettled()) {
      lead(mine);
    }
    return mine.result();
  }

  /// Runs an action between two groups: all earlier ones have been applied, and no other is written
  /// meanwhile.
  public <V> V betweenGroups(Supplier<V> action) {
    var mine = new Waiting<T, R>(Optional.empty(), Thread.currentThread());
    queue.add(mine);
    awaitTurn(mine);
    try {
      // The leader before may still be applying.
      applying.lock();
      try {
        return action.get();
      } finally {
        applying.unlock();
      }
    } finally {
      handOver(1);
    }
  }

  /// How many are in the queue, with those whose group is being written.
  int waitingCount() {
    return queue.size();
  }

  private void awaitTurn(Waiting<T, R> mine) {
    boolean interrupted = false;
    // The head is looked at first: who is in a group comes to the head only after it was told so.
    while (!mine.isSettled() && (queue.peek() != mine || mine.isInGroup)) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void lead(Waiting<T, R> mine) {
    List<Waiting<T, R>> group;
    List<T> requests;
    try {
      group = group();
      requests = group.stream().map(waiting -> waiting.request.orElseThrow()).toList();
      group.forEach(waiting -> waiting.isInGroup = true);
    } catch (Throwable e) {
      // Out of memory: those behind are to lead.
      handOver(1);
      fail(List.of(mine), e);
      return;
    }
    try {
      stages.write(requests);
    } catch (Throwable e) {
      handOver(group.size());
      fail(group, e);
      return;
    }
    List<R> results;
    applying.lock();
    try {
      handOver(group.size());
      results = stages.apply(requests);
    } catch (Throwable e) {
      fail(group, e);
      return;
    } finally {
      applying.unlock();
    }
    settle(group, results);
  }

  /// From the head of the queue, where they stay until [#handOver].
  private List<Waiting<T, R>> group() {
    var group = new ArrayList<Waiting<T, R>>();
    long bytes = 0;
    for (var waiting : queue) {
      if (waiting.request.isEmpty()) {
        break;
      }
      bytes += requestBytes.applyAsLong(waiting.request.get());
      if (bytes > groupBytesMax && !group.isEmpty()) {
        break;
      }
      group.add(waiting);
    }
    return group;
  }

  /// Whoever comes first now leads. One that queues up after this look sees for itself that it is
  /// the first.
  private void handOver(int count) {
    for (int index = 0; index < count; index++) {
      var _ = queue.remove();
    }
    var next = queue.peek();
    if (next != null) {
      LockSupport.unpark(next.thread);
    }
  }

  private void settle(List<Waiting<T, R>> group, List<R> results) {
    assert results.size() == group.size() : results.size() + " of " + group.size();
    for (int index = 0; index < group.size(); index++) {
      group.get(index).settle(new Result<>(Optional.of(results.get(index)), Optional.empty()));
    }
  }

  private void fail(List<Waiting<T, R>> group, Throwable cause) {
    group.forEach(waiting -> waiting.settle(new Result<>(Optional.empty(), Optional.of(cause))));
  }

  private record Result<R>(Optional<R> value, Optional<Throwable> failure) {}

  /// A writer in the queue, or, without a request, one who wants the place between two groups.
  private static final class Waiting<T, R> {
    private final Optional<T> request;
    private final Thread thread;
    private volatile Optional<Result<R>> result = Optional.empty();

    /// Somebody leads it. While a group leaves the queue one by one, each of it is the head for a
    /// moment, and must not take that for its turn.
    private volatile boolean isInGroup;

    Waiting(Optional<T> request, Thread thread) {
      this.request = request;
      this.thread = thread;
    }

    boolean isSettled() {
      return result.isPresent();
    }

    void settle(Result<R> settled) {
      result = Optional.of(settled);
      if (thread != Thread.currentThread()) {
        LockSupport.unpark(thread);
      }
    }

    R result() {
      var settled = result.orElseThrow();
      settled
          .failure()
          .ifPresent(
              cause -> {
                throw new GroupFailedException(cause);
              });
      return settled.value().orElseThrow();
    }
  }
}
