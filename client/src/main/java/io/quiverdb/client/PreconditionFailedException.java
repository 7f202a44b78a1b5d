package io.quiverdb.client;

import java.io.Serial;
import java.util.List;
import java.util.Optional;

/// The request is well formed but not allowed in the present state. With the reason `precondition`,
/// points were not as the write demanded, and nothing was written.
public final class PreconditionFailedException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient List<FailedPoint> failedPoints;

  /// @param version of the point as it is; empty if there is none
  public record FailedPoint(String id, Optional<Long> version) {}

  PreconditionFailedException(Reason reason, List<FailedPoint> failedPoints) {
    super(reason);
    this.failedPoints = List.copyOf(failedPoints);
  }

  /// The points that are not as the write demanded. Empty for other reasons, and if an attempt
  /// whose answer was lost had been refused: who repeats it is not told again.
  public List<FailedPoint> failedPoints() {
    return failedPoints;
  }
}
