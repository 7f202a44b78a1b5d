package io.quiverdb.client;

import io.quiverdb.api.v1.ShardPosition;
import io.quiverdb.client.PartialFailureException.PointFailure;
import io.quiverdb.client.QuiverException.Reason;
import io.quiverdb.client.WriteResult.Part;
import io.quiverdb.client.WriteResult.PointOutcome;
import io.quiverdb.client.routing.CallFailure;
import io.quiverdb.client.routing.WriteContent;
import io.quiverdb.client.routing.WriteReport;
import io.quiverdb.client.routing.WriteReport.AppliedPart;
import io.quiverdb.client.routing.WriteReport.OpenPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What the caller of a write gets: its result, or the exception that says most.
final class WriteResults {
  private static final int IDS_IN_MESSAGE_MAX = 5;

  private WriteResults() {}

  /// @throws PartialFailureException if some points were applied, or points failed differently
  /// @throws QuiverException if all failed alike
  static WriteResult of(WriteReport report) {
    List<OpenPoint> open =
        report.batches().stream()
            .flatMap(batch -> batch.open().stream())
            .sorted(Comparator.comparingInt(OpenPoint::ordinal))
            .toList();
    WriteResult applied = applied(report);
    if (open.isEmpty()) {
      return applied;
    }
    OpenPoint first = open.get(0);
    if (applied.parts().isEmpty() && open.stream().allMatch(point -> alike(point, first))) {
      if (first.mayBeApplied()) {
        throw Failures.unknown(first.failure(), Optional.of(report));
      }
      throw first.failure().preconditionFailed()
          ? Failures.preconditionFailed(distinct(open))
          : Failures.exception(first.failure());
    }
    throw partial(report, applied, open);
  }

  private static boolean alike(OpenPoint one, OpenPoint other) {
    if (one.mayBeApplied() || other.mayBeApplied()) {
      return one.mayBeApplied() == other.mayBeApplied();
    }
    return one.failure().code() == other.failure().code()
        && one.failure().reason().equals(other.failure().reason());
  }

  /// By identity: the points of a part share one.
  private static List<CallFailure> distinct(List<OpenPoint> open) {
    List<CallFailure> failures = new ArrayList<>();
    open.stream()
        .map(OpenPoint::failure)
        .filter(failure -> failures.stream().noneMatch(known -> known == failure))
        .forEach(failures::add);
    return failures;
  }

  private static WriteResult applied(WriteReport report) {
    List<Part> parts = new ArrayList<>();
    report.batches().stream()
        .flatMap(batch -> batch.applied().stream())
        .sorted(Comparator.comparingInt(part -> part.ordinals().get(0)))
        .forEach(part -> parts.add(part(report.content(), part)));
    return new WriteResult(parts);
  }

  private static Part part(WriteContent content, AppliedPart applied) {
    List<PointOutcome> points = new ArrayList<>();
    for (int i = 0; i < applied.ordinals().size(); i++) {
      int ordinal = applied.ordinals().get(i);
      points.add(
          new PointOutcome(
              ordinal,
              content.id(ordinal),
              applied.results().isEmpty()
                  ? PointResult.NOT_RECORDED
                  : PointResult.of(applied.results().get(i))));
    }
    ShardPosition position = applied.position();
    return new Part(
        applied.requestId(),
        position.getShard(),
        position.getEpoch(),
        position.getTerm(),
        position.getIndex(),
        applied.version(),
        applied.duplicate(),
        points);
  }

  private static PartialFailureException partial(
      WriteReport report, WriteResult applied, List<OpenPoint> open) {
    // One exception for all points of a failure, which may be many.
    Map<OpenPoint, QuiverException> causes = new HashMap<>();
    List<PointFailure> failures = new ArrayList<>();
    for (OpenPoint point : open) {
      QuiverException cause =
          causes.computeIfAbsent(
              new OpenPoint(0, point.failure(), point.mayBeApplied()), WriteResults::cause);
      failures.add(new PointFailure(point.ordinal(), report.content().id(point.ordinal()), cause));
    }
    QuiverException told =
        failures.stream().filter(PointFailure::unknown).findFirst().orElse(failures.get(0)).cause();
    return new PartialFailureException(
        new Reason(
            told.code(),
            message(failures, report.content().size(), told),
            told.reason().orElse(""),
            failures.stream().allMatch(failure -> failure.cause().retrySafe()),
            told),
        applied,
        failures,
        report);
  }

  private static QuiverException cause(OpenPoint point) {
    return point.mayBeApplied()
        ? Failures.unknown(point.failure(), Optional.empty())
        : Failures.exception(point.failure());
  }

  private static String message(List<PointFailure> failures, int size, QuiverException told) {
    List<PointFailure> unknown = failures.stream().filter(PointFailure::unknown).toList();
    List<PointFailure> failed = failures.stream().filter(failure -> !failure.unknown()).toList();
    return "%d of %d points failed%s, %d unknown%s: %s"
        .formatted(
            failed.size(), size, ids(failed), unknown.size(), ids(unknown), told.getMessage());
  }

  private static String ids(List<PointFailure> failures) {
    if (failures.isEmpty()) {
      return "";
    }
    return failures.stream()
        .limit(IDS_IN_MESSAGE_MAX)
        .map(PointFailure::id)
        .collect(
            Collectors.joining(", ", " (", failures.size() > IDS_IN_MESSAGE_MAX ? ", …)" : ")"));
  }
}
