package io.quiverdb.client;

import io.quiverdb.client.routing.Router;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/// How a call leaves the client and how its outcome comes back to the caller.
///
/// @param callbacks runs what callers hang on their futures, which may block: never on a network
///   thread
record Calls(Router router, Executor callbacks) {
  /// What a read at this level brings along.
  String sessionTokenFor(Consistency consistency) {
    return consistency == Consistency.SESSION ? router.sessionToken() : "";
  }

  /// The same outcome, as callers see it.
  <T> CompletableFuture<T> publish(CompletableFuture<T> inner) {
    CompletableFuture<T> published = new CompletableFuture<>();
    var unused =
        inner.whenCompleteAsync(
            (value, error) -> {
              if (error == null) {
                published.complete(value);
              } else {
                published.completeExceptionally(Failures.exception(error));
              }
            },
            callbacks);
    return published;
  }

  /// Waits for the outcome; its time limit is the call's own.
  static <T> T await(CompletableFuture<T> published) {
    try {
      return published.join();
    } catch (CompletionException e) {
      Throwable cause = Failures.unwrapped(e);
      if (cause instanceof QuiverException failure) {
        // Made on another thread, whose frames say nothing; who called does.
        failure.setStackTrace(callers());
        throw failure;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw Objects.requireNonNull((RuntimeException) cause);
    }
  }

  private static StackTraceElement[] callers() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> !frame.getClassName().equals(Calls.class.getName()))
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .toArray(StackTraceElement[]::new));
  }
}
