package io.quiverdb.client.routing;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Why an attempt, or a whole call, failed. The one place that decodes what nodes answer.
///
/// Has no stack trace: it is made on a network thread, where none would say anything.
public final class CallFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String EXPIRED = "expired";
  private static final String PRECONDITION = "precondition";
  private static final String NOT_FORMED = "not_formed";
  private static final String SESSION_TOKEN = "session_token";

  private final ErrorCode code;
  private final String reason;
  private final String leaderAddress;
  private final transient List<ErrorDetail.FailedPoint> failedPoints;
  private final boolean retrySafe;
  private final int retryAfterMillis;
  private final boolean sent;
  private final boolean answered;

  private CallFailure(
      ErrorDetail detail, boolean sent, boolean answered, @Nullable Throwable cause) {
    super(detail.getMessage(), cause, false, false);
    this.code = detail.getCode();
    this.reason = detail.getReason();
    this.leaderAddress = detail.getLeaderAddress();
    this.failedPoints = detail.getFailedPointsList();
    this.retrySafe = detail.getRetrySafe();
    this.retryAfterMillis = detail.getRetryAfterMillis();
    this.sent = sent;
    this.answered = answered;
  }

  private CallFailure(ErrorCode code, String message) {
    super(message, null, false, false);
    this.code = code;
    this.reason = "";
    this.leaderAddress = "";
    this.failedPoints = List.of();
    this.retrySafe = true;
    this.retryAfterMillis = 0;
    this.sent = false;
    this.answered = false;
  }

  /// Of a call that failed at the transport.
  ///
  /// @param sent whether the request may have left this process
  static CallFailure ofTransport(String address, Throwable error, boolean sent) {
    Optional<ErrorDetail> detail = detailIn(error);
    if (detail.isPresent()) {
      return new CallFailure(detail.get(), true, true, error);
    }
    Status status = Status.fromThrowable(error);
    ErrorDetail derived =
        ErrorDetail.newBuilder()
            .setCode(codeOf(status))
            .setMessage(address + ": " + describe(status))
            .setRetrySafe(true)
            .build();
    return new CallFailure(derived, sent, false, error);
  }

  /// Of one part of a write whose reply arrived.
  static CallFailure ofPart(ErrorDetail detail) {
    return new CallFailure(known(detail, ErrorCode.INTERNAL), true, true, null);
  }

  static CallFailure unanswered(String message) {
    return new CallFailure(
        ErrorDetail.newBuilder()
            .setCode(ErrorCode.OUTCOME_UNKNOWN)
            .setMessage(message)
            .setRetrySafe(true)
            .build(),
        true,
        false,
        null);
  }

  static CallFailure deadlineExceeded(String message) {
    return new CallFailure(ErrorCode.DEADLINE_EXCEEDED, message);
  }

  static CallFailure closed() {
    return new CallFailure(ErrorCode.UNAVAILABLE, "client: closed (expected: open)");
  }

  static CallFailure of(Throwable error) {
    Throwable bare = error instanceof CompletionException ? error.getCause() : error;
    if (bare instanceof CallFailure failure) {
      return failure;
    }
    throw new AssertionError("not a failure of a call", bare);
  }

  /// What to tell of a call that ended with this failure: an attempt that the deadline cut short
  /// says less than what came before it.
  CallFailure unlessCutShort(@Nullable CallFailure earlier) {
    return earlier != null && code == ErrorCode.DEADLINE_EXCEEDED && !answered ? earlier : this;
  }

  /// The same, at the end of a call that was tried several times.
  CallFailure afterAttempts(int attempts) {
    if (attempts < 2) {
      return this;
    }
    return with(code, message() + " (given up after " + attempts + " attempts)");
  }

  /// The same failure, after an earlier attempt that may have taken effect.
  CallFailure withUnknownOutcome() {
    return code == ErrorCode.OUTCOME_UNKNOWN ? this : with(ErrorCode.OUTCOME_UNKNOWN, message());
  }

  private CallFailure with(ErrorCode newCode, String message) {
    ErrorDetail detail =
        ErrorDetail.newBuilder()
            .setCode(newCode)
            .setMessage(message)
            .setReason(reason)
            .setLeaderAddress(leaderAddress)
            .addAllFailedPoints(failedPoints)
            .setRetrySafe(retrySafe)
            .setRetryAfterMillis(retryAfterMillis)
            .build();
    return new CallFailure(detail, sent, answered, this);
  }

  public ErrorCode code() {
    return code;
  }

  public String message() {
    return String.valueOf(getMessage());
  }

  /// Empty where the code says it all.
  public String reason() {
    return reason;
  }

  /// Whether a point was not as the write demanded. The shard remembers that it refused the
  /// request: no attempt, earlier or later, is applied.
  public boolean preconditionFailed() {
    return code == ErrorCode.PRECONDITION_FAILED && reason.equals(PRECONDITION);
  }

  /// Those that were not as the write demanded.
  public List<ErrorDetail.FailedPoint> failedPoints() {
    return failedPoints;
  }

  public boolean retrySafe() {
    return retrySafe;
  }

  /// What the node asks to wait before the next attempt; zero if nothing.
  public Duration retryAfter() {
    return Duration.ofMillis(retryAfterMillis);
  }

  Optional<String> leaderAddress() {
    return leaderAddress.isEmpty() ? Optional.empty() : Optional.of(leaderAddress);
  }

  /// Whether the request may have left this process.
  boolean sent() {
    return sent;
  }

  /// Whether the write's position was older than what the shard remembers. This attempt then was
  /// not applied, and no later one under its request id will be.
  boolean expired() {
    return code == ErrorCode.OUTCOME_UNKNOWN && reason.equals(EXPIRED);
  }

  /// Whether this attempt may have been applied or may still be. Nodes answer UNAVAILABLE,
  /// NOT_LEADER, STALE_EPOCH and RESOURCE_EXHAUSTED only if they have done nothing; after that they
  /// say OUTCOME_UNKNOWN. What no node has said proves nothing.
  boolean mayHaveTakenEffect() {
    if (!sent || expired()) {
      return false;
    }
    return switch (code) {
      case OUTCOME_UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, DATA_CORRUPT -> true;
      case INVALID_ARGUMENT, UNAUTHENTICATED, PERMISSION_DENIED -> false;
      default -> !answered;
    };
  }

  /// Whether another attempt, or another node, may do better.
  boolean retryable() {
    return switch (code) {
      case UNAVAILABLE, NOT_LEADER, DEADLINE_EXCEEDED -> true;
      // What a session has seen does not come back; of a write, the epoch is to be looked up again.
      case STALE_EPOCH -> !reason.equals(SESSION_TOKEN);
      case OUTCOME_UNKNOWN -> !expired();
      case RESOURCE_EXHAUSTED -> overloaded();
      default -> false;
    };
  }

  /// Whether the node belongs to no cluster, and waits to be told to form one.
  boolean notFormed() {
    return code == ErrorCode.UNAVAILABLE && reason.equals(NOT_FORMED);
  }

  /// Whether the node is too old to know the call.
  boolean unknownCall() {
    return getCause() instanceof StatusRuntimeException status
        && status.getStatus().getCode() == Status.Code.UNIMPLEMENTED;
  }

  /// Whether a node had too much to do, rather than being asked for too much.
  boolean overloaded() {
    return code == ErrorCode.RESOURCE_EXHAUSTED && answered && retrySafe;
  }

  private static Optional<ErrorDetail> detailIn(Throwable error) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    if (status == null) {
      return Optional.empty();
    }
    for (Any any : status.getDetailsList()) {
      if (any.is(ErrorDetail.class)) {
        try {
          ErrorDetail detail = any.unpack(ErrorDetail.class);
          return Optional.of(known(detail, codeOf(Status.fromThrowable(error))));
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /// A code that this client does not know, from a newer node, becomes the nearest that it knows.
  private static ErrorDetail known(ErrorDetail detail, ErrorCode otherwise) {
    return switch (detail.getCode()) {
      case UNRECOGNIZED, ERROR_CODE_UNSPECIFIED -> detail.toBuilder().setCode(otherwise).build();
      default -> detail;
    };
  }

  private static ErrorCode codeOf(Status status) {
    // A connection that closes just when a call is begun on it makes gRPC say UNKNOWN.
    if (status.getCode() == Status.Code.UNKNOWN && status.getCause() instanceof IOException) {
      return ErrorCode.UNAVAILABLE;
    }
    return switch (status.getCode()) {
      case INVALID_ARGUMENT -> ErrorCode.INVALID_ARGUMENT;
      case NOT_FOUND -> ErrorCode.NOT_FOUND;
      case ALREADY_EXISTS -> ErrorCode.ALREADY_EXISTS;
      case FAILED_PRECONDITION, OUT_OF_RANGE -> ErrorCode.PRECONDITION_FAILED;
      case UNAUTHENTICATED -> ErrorCode.UNAUTHENTICATED;
      case PERMISSION_DENIED -> ErrorCode.PERMISSION_DENIED;
      case RESOURCE_EXHAUSTED -> ErrorCode.RESOURCE_EXHAUSTED;
      // A stream that was cut off, by whom is not said.
      case UNAVAILABLE, CANCELLED, ABORTED -> ErrorCode.UNAVAILABLE;
      case DEADLINE_EXCEEDED -> ErrorCode.DEADLINE_EXCEEDED;
      case DATA_LOSS -> ErrorCode.DATA_CORRUPT;
      case OK, UNKNOWN, UNIMPLEMENTED, INTERNAL -> ErrorCode.INTERNAL;
    };
  }

  private static String describe(Status status) {
    StringBuilder text = new StringBuilder(status.getCode().name());
    if (status.getDescription() != null) {
      text.append(": ").append(status.getDescription());
    }
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null) {
        text.append(": ").append(cause.getMessage());
      }
    }
    return text.toString();
  }
}
