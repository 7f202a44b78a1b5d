package io.quiverdb.client.routing;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Futures that complete after a while. Closing fails those still waiting, so that no call hangs.
@SuppressWarnings("FutureReturnValueIgnored") // What hangs on the futures here cannot fail.
final class Timer implements AutoCloseable {
  private final ScheduledThreadPoolExecutor scheduler;
  private final Map<Long, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();

  Timer(ScheduledThreadPoolExecutor scheduler) {
    this.scheduler = scheduler;
    scheduler.setRemoveOnCancelPolicy(true);
  }

  CompletableFuture<Void> after(long nanos) {
    CompletableFuture<Void> alarm = new CompletableFuture<>();
    long number = numbers.incrementAndGet();
    waiting.put(number, alarm);
    try {
      Future<?> task = scheduler.schedule(() -> alarm.complete(null), nanos, TimeUnit.NANOSECONDS);
      alarm.whenComplete(
          (done, error) -> {
            waiting.remove(number);
            task.cancel(false);
          });
    } catch (RejectedExecutionException e) {
      waiting.remove(number);
      alarm.completeExceptionally(CallFailure.closed());
    }
    return alarm;
  }

  /// The same result, or DEADLINE_EXCEEDED if it is not there in time.
  <T> CompletableFuture<T> limit(CompletableFuture<T> future, long nanos) {
    CompletableFuture<T> limited = future.copy();
    CompletableFuture<Void> alarm = after(nanos);
    alarm.whenComplete(
        (done, error) ->
            limited.completeExceptionally(
                error instanceof CallFailure closed
                    ? closed
                    : CallFailure.deadlineExceeded("no node answered in time")));
    limited.whenComplete((value, error) -> alarm.cancel(false));
    return limited;
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
    waiting.values().forEach(alarm -> alarm.completeExceptionally(CallFailure.closed()));
  }
}
