package io.quiverdb.core;

import io.quiverdb.core.Outcome.FailedPoint;
import java.util.List;

/// A point is not as the write demands; so nothing was written.
public final class PreconditionFailedException extends StoreException {
  private static final long serialVersionUID = 1L;

  private final transient List<FailedPoint> points;

  public PreconditionFailedException(List<FailedPoint> points) {
    super(Fault.CALLER, "precondition: fails for " + points.size() + " points (expected: holds)");
    this.points = List.copyOf(points);
  }

  /// Those that are not, each once, in the write's order, with the versions that they have.
  public List<FailedPoint> points() {
    return points;
  }
}
