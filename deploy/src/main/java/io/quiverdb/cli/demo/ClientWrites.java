package io.quiverdb.cli.demo;

import io.quiverdb.client.Collection;
import io.quiverdb.client.OutcomeUnknownException;
import io.quiverdb.client.PartialFailureException;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.client.WriteResult;
import java.util.List;

/// Writes batches through the client. What is unknown is resumed a few times: the client sends the
/// same again under the same request id, and learns the first outcome.
final class ClientWrites implements BatchWrites {
  private static final int RESUMES_MAX = 5;

  private final QuiverClient quiver;
  private final Collection collection;

  ClientWrites(QuiverClient quiver, Collection collection) {
    this.quiver = quiver;
    this.collection = collection;
  }

  @Override
  public BatchOutcome write(List<Point> points) {
    try {
      return acknowledged(collection.upsert(points));
    } catch (QuiverException e) {
      return resumed(points, e, RESUMES_MAX);
    }
  }

  private BatchOutcome resumed(List<Point> points, QuiverException failure, int resumesLeft) {
    if (resumesLeft == 0) {
      return given(points, failure);
    }
    try {
      return switch (failure) {
        case OutcomeUnknownException unknown when unknown.resumable() ->
            acknowledged(quiver.resume(unknown));
        case PartialFailureException partial -> acknowledged(quiver.resume(partial));
        default -> given(points, failure);
      };
    } catch (QuiverException e) {
      return resumed(points, e, resumesLeft - 1);
    }
  }

  private static BatchOutcome acknowledged(WriteResult result) {
    return new BatchOutcome(result.parts(), List.of(), List.of());
  }

  /// What is known once nothing more is tried.
  private static BatchOutcome given(List<Point> points, QuiverException failure) {
    var ids = points.stream().map(Point::id).toList();
    return switch (failure) {
      case PartialFailureException partial ->
          new BatchOutcome(
              partial.succeeded().parts(),
              partial.unknown().stream().map(PartialFailureException.PointFailure::id).toList(),
              partial.failed().stream().map(PartialFailureException.PointFailure::id).toList());
      case OutcomeUnknownException _ -> new BatchOutcome(List.of(), ids, List.of());
      case QuiverException e when e.retrySafe() -> new BatchOutcome(List.of(), List.of(), ids);
      default -> throw failure;
    };
  }
}
