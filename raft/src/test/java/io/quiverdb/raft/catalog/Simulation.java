package io.quiverdb.raft.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// Runs what simulated nodes do one task after the other, in an order that the seed decides, in a
/// time that passes only here.
public final class Simulation {
  private final Random random;
  private final List<Task<?>> tasks = new ArrayList<>();
  private long nowMillis;

  public Simulation(Random random) {
    this.random = random;
  }

  /// Runs one of the tasks that are due next.
  ///
  /// @return whether there was one
  public boolean step() {
    tasks.removeIf(task -> task.isDone() || task.owner.isShutdown());
    if (tasks.isEmpty()) {
      return false;
    }
    long next = tasks.stream().mapToLong(task -> task.dueMillis).min().getAsLong();
    nowMillis = Math.max(nowMillis, next);
    var due = tasks.stream().filter(task -> task.dueMillis <= nowMillis).toList();
    var task = due.get(random.nextInt(due.size()));
    tasks.remove(task);
    task.run();
    return true;
  }

  /// What one process runs; nothing more once it is shut down.
  public Scheduler scheduler() {
    return new Scheduler();
  }

  public final class Scheduler extends AbstractExecutorService implements ScheduledExecutorService {
    private boolean isShutdown;

    @Override
    public void execute(Runnable command) {
      var _ = schedule(command, 0, TimeUnit.MILLISECONDS);
    }

    /// After a delay that the seed decides.
    public void executeWithin(int millis, Runnable command) {
      var _ = schedule(command, random.nextInt(millis), TimeUnit.MILLISECONDS);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
      return schedule(
          () -> {
            command.run();
            return this;
          },
          delay,
          unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
      var task = new Task<>(this, nowMillis + unit.toMillis(delay), callable);
      tasks.add(task);
      return task;
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
        Runnable command, long initialDelay, long period, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable command, long initialDelay, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {
      isShutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown();
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return isShutdown;
    }

    @Override
    public boolean isTerminated() {
      return isShutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return isShutdown;
    }
  }

  private static final class Task<V> extends CompletableFuture<V> implements ScheduledFuture<V> {
    private final Scheduler owner;
    private final long dueMillis;
    private final Callable<V> command;

    Task(Scheduler owner, long dueMillis, Callable<V> command) {
      this.owner = owner;
      this.dueMillis = dueMillis;
      this.command = command;
    }

    void run() {
      try {
        complete(command.call());
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public long getDelay(TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(dueMillis, ((Task<?>) other).dueMillis);
    }
  }
}
