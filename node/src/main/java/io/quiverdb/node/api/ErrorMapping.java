package io.quiverdb.node.api;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.RequestTimeoutException;
import io.grpc.Status;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.core.AnswerTooLargeException;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.StoreException;
import io.quiverdb.node.routing.RoutingException;
import io.quiverdb.raft.ShardException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where failures become error codes, and error codes become statuses.
final class ErrorMapping {
  private static final Logger log = LoggerFactory.getLogger(ErrorMapping.class);

  static final String NOT_FORMED = "not_formed";
  static final String OTHER_CLUSTER = "other_cluster";
  static final String SESSION_TOKEN = "session_token";
  static final String STOPPING = "stopping";
  static final String EXPIRED = "expired";
  static final String REQUEST_ID_REUSED = "request_id_reused";
  static final String PRECONDITION = "precondition";
  static final String REQUEST_TOO_LARGE = "request_too_large";
  static final String RESPONSE_TOO_LARGE = "response_too_large";

  /// What is under way on a shard that is busy has ended by then, as a rule.
  private static final int RETRY_AFTER_MILLIS = 100;

  private ErrorMapping() {}

  // --- codes to statuses

  static Status.Code grpcCode(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT -> Status.Code.INVALID_ARGUMENT;
      case NOT_FOUND -> Status.Code.NOT_FOUND;
      case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
      case PRECONDITION_FAILED -> Status.Code.FAILED_PRECONDITION;
      case UNAUTHENTICATED -> Status.Code.UNAUTHENTICATED;
      case PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
      case STALE_EPOCH -> Status.Code.ABORTED;
      case RESOURCE_EXHAUSTED -> Status.Code.RESOURCE_EXHAUSTED;
      case NOT_LEADER, UNAVAILABLE -> Status.Code.UNAVAILABLE;
      case DEADLINE_EXCEEDED -> Status.Code.DEADLINE_EXCEEDED;
      case OUTCOME_UNKNOWN -> Status.Code.UNKNOWN;
      case DATA_CORRUPT -> Status.Code.DATA_LOSS;
      case INTERNAL, ERROR_CODE_UNSPECIFIED, UNRECOGNIZED -> Status.Code.INTERNAL;
    };
  }

  static HttpStatus httpStatus(ErrorDetail detail) {
    return switch (detail.getCode()) {
      case INVALID_ARGUMENT -> HttpStatus.BAD_REQUEST;
      case NOT_FOUND -> HttpStatus.NOT_FOUND;
      case ALREADY_EXISTS, STALE_EPOCH -> HttpStatus.CONFLICT;
      case PRECONDITION_FAILED -> HttpStatus.PRECONDITION_FAILED;
      case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
      case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
      case NOT_LEADER -> HttpStatus.MISDIRECTED_REQUEST;
      case RESOURCE_EXHAUSTED ->
          detail.getReason().equals(REQUEST_TOO_LARGE)
              ? HttpStatus.REQUEST_ENTITY_TOO_LARGE
              : HttpStatus.TOO_MANY_REQUESTS;
      case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
      case DEADLINE_EXCEEDED, OUTCOME_UNKNOWN -> HttpStatus.GATEWAY_TIMEOUT;
      case DATA_CORRUPT, INTERNAL, ERROR_CODE_UNSPECIFIED, UNRECOGNIZED ->
          HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }

  // --- failures to codes

  static ErrorDetail detail(ErrorCode code, String message) {
    return detail(code, message, "");
  }

  static ErrorDetail detail(ErrorCode code, String message, String reason) {
    return ErrorDetail.newBuilder()
        .setCode(code)
        .setMessage(message)
        .setReason(reason)
        .setRetrySafe(isRetrySafe(code, reason))
        .build();
  }

  private static boolean isRetrySafe(ErrorCode code, String reason) {
    return switch (code) {
      case NOT_LEADER, UNAVAILABLE, DEADLINE_EXCEEDED -> true;
      case STALE_EPOCH -> !reason.equals(SESSION_TOKEN);
      case OUTCOME_UNKNOWN -> !reason.equals(EXPIRED);
      case RESOURCE_EXHAUSTED ->
          !reason.equals(REQUEST_TOO_LARGE) && !reason.equals(RESPONSE_TOO_LARGE);
      case INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PRECONDITION_FAILED,
          UNAUTHENTICATED,
          PERMISSION_DENIED,
          DATA_CORRUPT,
          INTERNAL,
          ERROR_CODE_UNSPECIFIED,
          UNRECOGNIZED ->
          false;
    };
  }

  /// What a caller is told of a failure. What it must not see goes to the log.
  static ErrorDetail detailOf(Throwable failure) {
    return switch (failure) {
      case ApiException e -> e.detail();
      case RoutingException e -> detailOf(e);
      case ShardException e -> detailOf(e);
      case StoreException e -> dataFailure(e, e);
      case IllegalArgumentException e -> detail(ErrorCode.INVALID_ARGUMENT, message(e));
      case AnswerTooLargeException e ->
          detail(ErrorCode.RESOURCE_EXHAUSTED, message(e), RESPONSE_TOO_LARGE);
      case RequestTimeoutException _ ->
          detail(
              ErrorCode.DEADLINE_EXCEEDED,
              "node: no answer in time (expected: one before the call's deadline)");
      default -> {
        log.error("call failed unexpectedly", failure);
        yield detail(ErrorCode.INTERNAL, "unexpected failure; the node's log has the trace id");
      }
    };
  }

  private static ErrorDetail detailOf(RoutingException failure) {
    return switch (failure) {
      case RoutingException.NotFormed e -> detail(ErrorCode.UNAVAILABLE, message(e), NOT_FORMED);
      case RoutingException.NotReady e -> detail(ErrorCode.UNAVAILABLE, message(e));
      case RoutingException.AlreadyFormed e -> detail(ErrorCode.ALREADY_EXISTS, message(e));
      case RoutingException.OtherCluster e ->
          detail(ErrorCode.PRECONDITION_FAILED, message(e), OTHER_CLUSTER);
      case RoutingException.UnknownCollection e -> detail(ErrorCode.NOT_FOUND, message(e));
      case RoutingException.BeingCreated e -> detail(ErrorCode.UNAVAILABLE, message(e));
      case RoutingException.NotLeader e ->
          detail(ErrorCode.NOT_LEADER, message(e)).toBuilder()
              .setLeaderAddress(e.leaderAddress().orElse(""))
              .build();
      case RoutingException.DeadlineExceeded e -> detail(ErrorCode.DEADLINE_EXCEEDED, message(e));
      case RoutingException.NotAttempted e -> detail(ErrorCode.UNAVAILABLE, message(e));
    };
  }

  private static ErrorDetail detailOf(ShardException failure) {
    return switch (failure) {
      case ShardException.NotLeader e -> detail(ErrorCode.NOT_LEADER, message(e));
      case ShardException.Unavailable e -> detail(ErrorCode.UNAVAILABLE, message(e));
      case ShardException.Overloaded e ->
          detail(ErrorCode.RESOURCE_EXHAUSTED, message(e)).toBuilder()
              .setRetryAfterMillis(RETRY_AFTER_MILLIS)
              .build();
      case ShardException.OutcomeUnknown e -> detail(ErrorCode.OUTCOME_UNKNOWN, message(e));
      case ShardException.UnknownCollection e -> detail(ErrorCode.NOT_FOUND, message(e));
      case ShardException.StaleEpoch e -> detail(ErrorCode.STALE_EPOCH, message(e), SESSION_TOKEN);
      case ShardException.Failed e when e.isElsewhere() -> failureElsewhere(e);
      case ShardException.Failed e -> dataFailure(e, e.getCause());
    };
  }

  /// Nothing is wrong with this node, and a trace of its own would say nothing.
  private static ErrorDetail failureElsewhere(ShardException.Failed failure) {
    log.warn("replica of another node failed cause=\"{}\"", failure.getMessage());
    return detail(ErrorCode.UNAVAILABLE, "a replica failed; its node's log has more");
  }

  // Its message names files.
  private static ErrorDetail dataFailure(Throwable failure, @Nullable Throwable cause) {
    log.error("replica failed", failure);
    return cause instanceof CorruptFileException
        ? detail(ErrorCode.DATA_CORRUPT, "a replica's data is damaged; its node's log has more")
        : detail(ErrorCode.UNAVAILABLE, "a replica failed; its node's log has more");
  }

  /// What a caller is told of a write that was not applied.
  static ErrorDetail detailOf(Outcome refusal, String collection) {
    return switch (refusal) {
      case Outcome.Duplicate(var first) -> detailOf(first, collection);
      case Outcome.NotFound _ -> detailOf(new RoutingException.UnknownCollection(collection));
      case Outcome.AlreadyExists _ ->
          detail(ErrorCode.ALREADY_EXISTS, "collection: exists (expected: a new one)");
      case Outcome.Invalid(var reason) -> detail(ErrorCode.INVALID_ARGUMENT, reason);
      case Outcome.PreconditionFailed(var points) ->
          preconditionFailed(points.stream().map(ErrorMapping::failedPoint).toList());
      case Outcome.Expired _ ->
          detail(
              ErrorCode.OUTCOME_UNKNOWN,
              "request_id: too old to tell whether an earlier attempt was applied; this one was"
                  + " not",
              EXPIRED);
      case Outcome.RequestIdReused _ ->
          detail(
              ErrorCode.PRECONDITION_FAILED,
              "request_id: used for another request (expected: one id for each request)",
              REQUEST_ID_REUSED);
      case Outcome.StaleEpoch(var current) ->
          detail(
              ErrorCode.STALE_EPOCH,
              "shard: epoch is " + current + " now (expected: the epoch asked)");
      case Outcome.WrongShard _ ->
          detail(ErrorCode.STALE_EPOCH, "shard: does not own a point (expected: its owner)");
      case Outcome.Superseded _, Outcome.Applied _ ->
          throw new AssertionError("no refusal of a write of points: " + refusal);
    };
  }

  private static ErrorDetail.FailedPoint failedPoint(Outcome.FailedPoint point) {
    var message = ErrorDetail.FailedPoint.newBuilder().setId(point.id());
    point.version().ifPresent(message::setVersion);
    return message.build();
  }

  private static ErrorDetail preconditionFailed(List<ErrorDetail.FailedPoint> points) {
    String message =
        points.isEmpty()
            ? "precondition: did not hold when this request was sent first"
            : "precondition: does not hold of " + points.size() + " of the points";
    return detail(ErrorCode.PRECONDITION_FAILED, message, PRECONDITION).toBuilder()
        .addAllFailedPoints(points)
        .build();
  }

  /// What to tell of parts that have failed alike.
  static ErrorDetail together(List<ErrorDetail> alike) {
    return alike.getFirst().getReason().equals(PRECONDITION)
        ? preconditionFailed(
            alike.stream().flatMap(detail -> detail.getFailedPointsList().stream()).toList())
        : alike.getFirst();
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
