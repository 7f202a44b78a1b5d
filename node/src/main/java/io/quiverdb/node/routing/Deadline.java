package io.quiverdb.node.routing;

import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// When a call must have its answer: or earlier, if its caller is gone.
///
/// @param nanoTime on the clock of [System#nanoTime]
/// @param abandoned completes when nobody waits for the answer any more
public record Deadline(long nanoTime, CompletableFuture<Void> abandoned) {
  public static Deadline after(Duration duration) {
    return new Deadline(System.nanoTime() + duration.toNanos(), new CompletableFuture<>());
  }

  /// At most this long from now, and not after this deadline.
  public Deadline within(Duration duration) {
    long otherNanoTime = System.nanoTime() + duration.toNanos();
    return otherNanoTime - nanoTime < 0 ? new Deadline(otherNanoTime, abandoned) : this;
  }

  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  public boolean passed() {
    return abandoned.isDone() || nanoTime - System.nanoTime() <= 0;
  }

  /// Says that nobody waits for the answer: what is awaited until this deadline is cancelled.
  public void abandon() {
    boolean _ = abandoned.complete(null);
  }

  /// The value of `future`; waits for it, which virtual threads do at no cost. Cancels it when it
  /// does not come in time.
  ///
  /// @param what names what is waited for, for the failure
  /// @throws DeadlineExceeded if it does not come in time
  /// @throws RuntimeException what the future failed with
  public <T> T await(String what, CompletableFuture<T> future) {
    var cancels = abandoned.thenRun(() -> future.cancel(true));
    try {
      return future.get(remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failureOf(e);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new DeadlineExceeded(what);
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new DeadlineExceeded(what);
    } catch (CancellationException e) {
      throw new DeadlineExceeded(what);
    } finally {
      cancels.cancel(false);
    }
  }

  /// What `future`, which is complete, failed with.
  static RuntimeException failureOf(Future<?> future) {
    return unwrapped(future.exceptionNow());
  }

  private static RuntimeException failureOf(ExecutionException e) {
    return unwrapped(e);
  }

  private static RuntimeException unwrapped(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new CompletionException(cause);
    };
  }
}
