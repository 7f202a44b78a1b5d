package io.quiverdb.client.routing;

import io.grpc.MethodDescriptor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A call with one answer: it succeeds or fails as a whole.
final class UnaryCall<Q, R> extends RoutedCall<R> {
  private final ClusterConnection connection;
  private final MethodDescriptor<Q, R> method;
  private final Function<Route, Q> request;
  private final Repeat repeat;
  private @Nullable R reply;
  private @Nullable CallFailure failure;
  private boolean mayHaveTakenEffect;

  UnaryCall(
      ClusterConnection connection,
      Deadline deadline,
      int shard,
      MethodDescriptor<Q, R> method,
      Function<Route, Q> request,
      Repeat repeat) {
    this(connection, deadline, shard, false, method, request, repeat);
  }

  /// @param anyReplica as of [RoutedCall]
  UnaryCall(
      ClusterConnection connection,
      Deadline deadline,
      int shard,
      boolean anyReplica,
      MethodDescriptor<Q, R> method,
      Function<Route, Q> request,
      Repeat repeat) {
    super(connection, deadline, shard, repeat != Repeat.READ, anyReplica);
    this.connection = connection;
    this.method = method;
    this.request = request;
    this.repeat = repeat;
  }

  @Override
  CompletableFuture<Optional<CallFailure>> attempt(Route route, long timeoutNanos) {
    return connection
        .send(route.address(), method, request.apply(route), timeoutNanos)
        .handle(
            (message, error) -> {
              if (error == null) {
                reply = message;
                return Optional.empty();
              }
              CallFailure failed = CallFailure.of(error);
              failure = failed;
              mayHaveTakenEffect |= failed.mayHaveTakenEffect();
              return Optional.of(failed).filter(this::again);
            });
  }

  private boolean again(CallFailure failed) {
    return failed.retryable() && (repeat != Repeat.ONCE || !failed.sent() || failed.overloaded());
  }

  @Override
  R outcome(Optional<CallFailure> givenUp) {
    R message = reply;
    if (message != null) {
      return message;
    }
    CallFailure last = failure;
    CallFailure why = givenUp.isPresent() || last == null ? givenUp.orElseThrow() : last;
    boolean changes = repeat == Repeat.CHANGE || repeat == Repeat.ONCE;
    throw changes && mayHaveTakenEffect ? why.withUnknownOutcome() : why;
  }
}
