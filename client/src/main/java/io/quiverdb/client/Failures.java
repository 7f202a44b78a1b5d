package io.quiverdb.client;

import io.quiverdb.client.PreconditionFailedException.FailedPoint;
import io.quiverdb.client.QuiverException.Reason;
import io.quiverdb.client.routing.CallFailure;
import io.quiverdb.client.routing.WriteReport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Makes the exceptions that callers see.
final class Failures {
  private Failures() {}

  /// What a caller shall see of any failure inside the client.
  static Throwable exception(Throwable error) {
    Throwable bare = unwrapped(error);
    return bare instanceof CallFailure failure ? exception(failure) : bare;
  }

  static Throwable unwrapped(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }

  static QuiverException exception(CallFailure failure) {
    Reason reason = reason(codeOf(failure), failure, failure.getCause());
    return switch (reason.code()) {
      case INVALID_ARGUMENT -> new InvalidArgumentException(reason);
      case NOT_FOUND -> new NotFoundException(reason);
      case ALREADY_EXISTS -> new AlreadyExistsException(reason);
      case PRECONDITION_FAILED ->
          new PreconditionFailedException(reason, failedPoints(List.of(failure)));
      case UNAUTHENTICATED -> new UnauthenticatedException(reason);
      case PERMISSION_DENIED -> new PermissionDeniedException(reason);
      case RESOURCE_EXHAUSTED -> new ResourceExhaustedException(reason, failure.retryAfter());
      case NOT_LEADER, STALE_EPOCH, UNAVAILABLE -> new UnavailableException(reason);
      case DEADLINE_EXCEEDED -> new DeadlineExceededException(reason);
      case OUTCOME_UNKNOWN -> new OutcomeUnknownException(reason, Optional.empty());
      case DATA_CORRUPT -> new DataCorruptException(reason);
      case INTERNAL -> new InternalException(reason);
    };
  }

  /// Of a write whose parts were all refused because of preconditions.
  static PreconditionFailedException preconditionFailed(List<CallFailure> failures) {
    CallFailure first = failures.get(0);
    return new PreconditionFailedException(
        reason(codeOf(first), first, first.getCause()), failedPoints(failures));
  }

  private static List<FailedPoint> failedPoints(List<CallFailure> failures) {
    return failures.stream()
        .flatMap(failure -> failure.failedPoints().stream())
        .map(
            point ->
                new FailedPoint(
                    point.getId(),
                    point.hasVersion() ? Optional.of(point.getVersion()) : Optional.empty()))
        .toList();
  }

  /// Of a write that may have been applied, whatever the last attempt said.
  static OutcomeUnknownException unknown(CallFailure failure, Optional<WriteReport> write) {
    boolean said = codeOf(failure) == ErrorCode.OUTCOME_UNKNOWN;
    return new OutcomeUnknownException(
        reason(ErrorCode.OUTCOME_UNKNOWN, failure, said ? failure.getCause() : exception(failure)),
        write);
  }

  private static Reason reason(ErrorCode code, CallFailure failure, @Nullable Throwable cause) {
    return new Reason(code, failure.message(), failure.reason(), failure.retrySafe(), cause);
  }

  private static ErrorCode codeOf(CallFailure failure) {
    return switch (failure.code()) {
      case INVALID_ARGUMENT -> ErrorCode.INVALID_ARGUMENT;
      case NOT_FOUND -> ErrorCode.NOT_FOUND;
      case ALREADY_EXISTS -> ErrorCode.ALREADY_EXISTS;
      case PRECONDITION_FAILED -> ErrorCode.PRECONDITION_FAILED;
      case UNAUTHENTICATED -> ErrorCode.UNAUTHENTICATED;
      case PERMISSION_DENIED -> ErrorCode.PERMISSION_DENIED;
      case NOT_LEADER -> ErrorCode.NOT_LEADER;
      case STALE_EPOCH -> ErrorCode.STALE_EPOCH;
      case RESOURCE_EXHAUSTED -> ErrorCode.RESOURCE_EXHAUSTED;
      case UNAVAILABLE -> ErrorCode.UNAVAILABLE;
      case DEADLINE_EXCEEDED -> ErrorCode.DEADLINE_EXCEEDED;
      case OUTCOME_UNKNOWN -> ErrorCode.OUTCOME_UNKNOWN;
      case DATA_CORRUPT -> ErrorCode.DATA_CORRUPT;
      case INTERNAL, ERROR_CODE_UNSPECIFIED, UNRECOGNIZED -> ErrorCode.INTERNAL;
    };
  }
}
