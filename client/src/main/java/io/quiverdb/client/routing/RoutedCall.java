package io.quiverdb.client.routing;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// One call, tried on one node after another until it is over or its time is.
///
/// Attempts follow each other, so the fields of subclasses need no lock: what hands the call on is
/// a future, which publishes them.
abstract class RoutedCall<R> {
  /// For what any node can answer.
  static final int ANY_SHARD = ShardMap.NO_SHARD;

  private final ClusterConnection connection;
  private final Deadline deadline;
  private final int shard;
  private final boolean patient;
  private final boolean anyReplica;
  private final Backoff backoff;
  private final CompletableFuture<R> result = new CompletableFuture<>();
  private int attempts;
  private boolean followed;
  private Optional<String> hint = Optional.empty();
  private Optional<String> failedAddress = Optional.empty();
  private @Nullable CallFailure lastFailure;

  /// @param patient whether one node may take all the time there is
  /// @param anyReplica whether whoever has a replica of the shard is as good as its leader
  RoutedCall(
      ClusterConnection connection,
      Deadline deadline,
      int shard,
      boolean patient,
      boolean anyReplica) {
    this.connection = connection;
    this.deadline = deadline;
    this.shard = shard;
    this.patient = patient;
    this.anyReplica = anyReplica;
    this.backoff = connection.backoff();
  }

  final CompletableFuture<R> start() {
    then(
        connection.learn(deadline),
        (map, error) -> {
          if (error != null) {
            lastFailure = CallFailure.of(error);
          }
          nextAttempt();
        });
    return result;
  }

  /// Asks one node once.
  ///
  /// @return why to ask again; empty if the call is over. Never fails.
  abstract CompletableFuture<Optional<CallFailure>> attempt(Route route, long timeoutNanos);

  /// What became of the call.
  ///
  /// @param givenUp why it was ended before it was over
  /// @throws CallFailure if it failed
  abstract R outcome(Optional<CallFailure> givenUp);

  private void nextAttempt() {
    long remainingNanos = deadline.remainingNanos();
    if (remainingNanos <= 0) {
      giveUp();
      return;
    }
    attempts++;
    long timeoutNanos =
        patient
            ? remainingNanos
            : Math.min(remainingNanos, attempts * connection.attemptTimeoutNanos());
    Route route = route();
    then(
        attempt(route, timeoutNanos),
        (failure, error) -> {
          if (error != null) {
            result.completeExceptionally(error);
          } else if (failure.isEmpty()) {
            complete(Optional.empty());
          } else {
            retry(route, failure.get());
          }
        });
  }

  private Route route() {
    if (anyReplica && hint.isEmpty()) {
      Optional<String> replica = connection.replicaOf(shard, failedAddress);
      if (replica.isPresent()) {
        return new Route(replica.get(), true);
      }
    }
    Optional<String> leader =
        hint.isPresent() || shard == ANY_SHARD ? hint : connection.map().leaderOf(shard);
    hint = Optional.empty();
    if (leader.isPresent() && !leader.equals(failedAddress)) {
      return new Route(leader.get(), true);
    }
    if (shard != ANY_SHARD) {
      connection.refreshSoon();
    }
    return new Route(connection.anyNode(failedAddress), false);
  }

  private void retry(Route route, CallFailure failure) {
    lastFailure = failure.unlessCutShort(lastFailure);
    if (connection.waitsForInit(failure)) {
      giveUp();
      return;
    }
    // Who has too much to do still is the one to ask: by way of another node, it has more to do.
    failedAddress = failure.overloaded() ? Optional.empty() : Optional.of(route.address());
    hint =
        shard == ANY_SHARD
            ? Optional.empty()
            : connection
                .leaderToldBy(failure, shard)
                .filter(address -> !address.equals(route.address()));
    if (hint.isPresent() && !followed) {
      // At once, but only once in a row: two nodes may each believe that the other one leads.
      followed = true;
      nextAttempt();
      return;
    }
    followed = false;
    long pauseNanos = backoff.nextNanos(failure.retryAfter().toNanos());
    if (pauseNanos >= deadline.remainingNanos()) {
      giveUp();
      return;
    }
    then(connection.timer().after(pauseNanos), (done, closed) -> refreshThenAttempt(closed));
  }

  private void refreshThenAttempt(@Nullable Throwable closed) {
    if (closed != null) {
      giveUp();
    } else if (hint.isPresent() || shard == ANY_SHARD) {
      nextAttempt();
    } else {
      then(
          connection
              .timer()
              .limit(connection.refresh(failedAddress), Math.max(0, deadline.remainingNanos())),
          (map, error) -> nextAttempt());
    }
  }

  private void giveUp() {
    CallFailure last = lastFailure;
    complete(
        Optional.of(
            last == null
                ? CallFailure.deadlineExceeded("no node was asked in time")
                : last.afterAttempts(attempts)));
  }

  private void complete(Optional<CallFailure> givenUp) {
    try {
      result.complete(outcome(givenUp));
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }

  /// Goes on when the future is complete. A fault in a step ends the call: it must not hang.
  private <T> void then(CompletableFuture<T> future, BiConsumer<T, @Nullable Throwable> step) {
    var unused =
        future.whenComplete(
            (value, error) -> {
              try {
                step.accept(value, error);
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            });
  }
}
