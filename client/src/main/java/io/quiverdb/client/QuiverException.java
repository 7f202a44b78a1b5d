package io.quiverdb.client;

import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call failed for a reason of the world: the network, a node, what is stored.
public abstract sealed class QuiverException extends RuntimeException
    permits AlreadyExistsException,
        DataCorruptException,
        DeadlineExceededException,
        InternalException,
        InvalidArgumentException,
        NotFoundException,
        OutcomeUnknownException,
        PartialFailureException,
        PermissionDeniedException,
        PreconditionFailedException,
        ResourceExhaustedException,
        UnauthenticatedException,
        UnavailableException {
  @Serial private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String reason;
  private final boolean retrySafe;

  /// What an exception says.
  ///
  /// @param detail refines the code, or is empty
  record Reason(
      ErrorCode code,
      String message,
      String detail,
      boolean retrySafe,
      @Nullable Throwable cause) {}

  QuiverException(Reason reason) {
    super(reason.message(), reason.cause());
    this.code = reason.code();
    this.reason = reason.detail();
    this.retrySafe = reason.retrySafe();
  }

  public final ErrorCode code() {
    return code;
  }

  /// Refines the code where it has several causes, as in `request_id_reused` and `expired`.
  public final Optional<String> reason() {
    return reason.isEmpty() ? Optional.empty() : Optional.of(reason);
  }

  /// Whether making the same call again can do no harm.
  public final boolean retrySafe() {
    return retrySafe;
  }
}
