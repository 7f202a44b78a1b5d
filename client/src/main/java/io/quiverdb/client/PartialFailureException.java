package io.quiverdb.client;

import io.quiverdb.client.routing.WriteReport;
import java.io.Serial;
import java.util.List;

/// Some points of a write were applied and some not, or their shards failed differently. Says
/// which; [QuiverClient#resume] sends those again that are not known to be applied.
public final class PartialFailureException extends QuiverException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient WriteResult succeeded;
  private final transient List<PointFailure> failures;
  private final transient WriteReport write;

  /// @param ordinal which of the call's points, counted from 0
  /// @param cause an [OutcomeUnknownException] if the point may have been applied
  public record PointFailure(int ordinal, String id, QuiverException cause) {
    public boolean unknown() {
      return cause instanceof OutcomeUnknownException;
    }
  }

  PartialFailureException(
      Reason reason, WriteResult succeeded, List<PointFailure> failures, WriteReport write) {
    super(reason);
    this.succeeded = succeeded;
    this.failures = List.copyOf(failures);
    this.write = write;
  }

  /// What was applied.
  public WriteResult succeeded() {
    return succeeded;
  }

  /// All points not known to be applied, in the order of the call.
  public List<PointFailure> failures() {
    return failures;
  }

  /// Those that were not applied and will not be.
  public List<PointFailure> failed() {
    return failures.stream().filter(failure -> !failure.unknown()).toList();
  }

  /// Those that may have been applied, or may still be.
  public List<PointFailure> unknown() {
    return failures.stream().filter(PointFailure::unknown).toList();
  }

  WriteReport write() {
    return write;
  }
}
