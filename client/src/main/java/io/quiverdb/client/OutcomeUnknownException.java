package io.quiverdb.client;

import io.quiverdb.client.routing.WriteReport;
import java.io.Serial;
import java.util.Optional;

/// A write may have been applied, or may still be. [QuiverClient#resume] finds out for writes of
/// points: it sends the same again, under the same request id, which changes nothing where it had
/// been applied.
public final class OutcomeUnknownException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Optional<WriteReport> write;

  OutcomeUnknownException(Reason reason, Optional<WriteReport> write) {
    super(reason);
    this.write = write;
  }

  /// Whether [QuiverClient#resume] can take it: it is of a write of points, and of all of it. For
  /// the points of a [PartialFailureException], resume that.
  public boolean resumable() {
    return write().isPresent();
  }

  // Null after deserialization.
  @SuppressWarnings("NullAway")
  Optional<WriteReport> write() {
    return write == null ? Optional.empty() : write;
  }
}
