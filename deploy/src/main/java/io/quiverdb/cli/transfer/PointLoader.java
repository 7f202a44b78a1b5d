package io.quiverdb.cli.transfer;

import io.quiverdb.client.InvalidArgumentException;
import io.quiverdb.client.PartialFailureException;
import io.quiverdb.client.Point;
import io.quiverdb.client.WriteResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/// Loads points in batches, a few of them under way at a time. A later point replaces an earlier
/// one of the same id, as if they had been written one by one. Used by one thread.
///
/// Points may be refused by the cluster alone, such as for a payload beyond its limit: then those
/// of the batch are written one by one, so that only the bad one is left out, and named.
public final class PointLoader {
  /// Well below the 16 MiB that a request may have.
  private static final long BATCH_BYTES_MAX = 4 * 1024 * 1024;

  private final Function<List<Point>, CompletableFuture<WriteResult>> target;
  private final int batchPoints;
  private final int batchesUnderWayMax;
  private final Refusal refusal;
  private final Deque<Batch> underWay = new ArrayDeque<>();
  private final Set<String> idsUnderWay = new HashSet<>();
  private final List<Numbered> pending = new ArrayList<>();
  private long pendingBytes;
  private long loaded;

  /// What to do with a point that the cluster refuses.
  @FunctionalInterface
  public interface Refusal {
    /// @param line where the point stands in its source
    /// @throws BadRowException to load no more
    void refused(long line, String message) throws BadRowException;
  }

  private record Numbered(long line, Point point) {}

  private record Batch(List<Numbered> points, CompletableFuture<WriteResult> result) {}

  /// @param target writes a batch
  /// @param batchPoints points a batch at most
  /// @param batchesUnderWayMax at a time
  public PointLoader(
      Function<List<Point>, CompletableFuture<WriteResult>> target,
      int batchPoints,
      int batchesUnderWayMax,
      Refusal refusal) {
    if (batchPoints < 1) {
      throw new IllegalArgumentException("batch: " + batchPoints + " (expected: at least 1)");
    }
    this.target = target;
    this.batchPoints = batchPoints;
    this.batchesUnderWayMax = batchesUnderWayMax;
    this.refusal = refusal;
  }

  /// Adds a point; may wait for earlier ones to be written.
  ///
  /// @param line where it stands in its source
  /// @throws LoadFailedException if earlier points could not be written; [#loaded] is exact then
  /// @throws BadRowException from the refusal of an earlier one
  public void add(Point point, long line) throws LoadFailedException, BadRowException {
    if (idsUnderWay.contains(point.id())) {
      // Batches under way may overtake each other.
      finish();
    }
    pending.add(new Numbered(line, point));
    idsUnderWay.add(point.id());
    pendingBytes += bytes(point);
    if (pending.size() == batchPoints || pendingBytes >= BATCH_BYTES_MAX) {
      send();
    }
  }

  /// Waits until all is written. Throws as [#add] does.
  public void finish() throws LoadFailedException, BadRowException {
    if (!pending.isEmpty()) {
      send();
    }
    while (!underWay.isEmpty()) {
      awaitOldest();
    }
  }

  /// Points acknowledged so far.
  public long loaded() {
    return loaded;
  }

  private void send() throws LoadFailedException, BadRowException {
    if (underWay.size() == batchesUnderWayMax) {
      awaitOldest();
    }
    var points = List.copyOf(pending);
    underWay.add(new Batch(points, target.apply(points.stream().map(Numbered::point).toList())));
    pending.clear();
    pendingBytes = 0;
  }

  private void awaitOldest() throws LoadFailedException, BadRowException {
    var batch = underWay.remove();
    try {
      loaded += count(batch.result.join());
    } catch (CompletionException e) {
      try {
        writeOneByOne(batch.points, cause(e));
      } catch (LoadFailedException | BadRowException ending) {
        countOthers();
        throw ending;
      }
    }
    batch.points.forEach(numbered -> idsUnderWay.remove(numbered.point.id()));
  }

  private void writeOneByOne(List<Numbered> points, Throwable failure)
      throws LoadFailedException, BadRowException {
    loaded += countOfFailed(failure);
    if (!isRefusal(failure)) {
      throw new LoadFailedException(points.getFirst().line, points.getLast().line, failure);
    }
    for (var numbered : notLoaded(points, failure)) {
      try {
        loaded += count(target.apply(List.of(numbered.point)).join());
      } catch (CompletionException e) {
        if (!isRefusal(cause(e))) {
          throw new LoadFailedException(numbered.line, points.getLast().line, cause(e));
        }
        refusal.refused(numbered.line, String.valueOf(cause(e).getMessage()));
      }
    }
  }

  /// Whether it is the points' fault, if only one's.
  private static boolean isRefusal(Throwable failure) {
    return switch (failure) {
      case InvalidArgumentException _ -> true;
      case PartialFailureException partial ->
          partial.failures().stream().allMatch(one -> isRefusal(one.cause()));
      default -> false;
    };
  }

  private static List<Numbered> notLoaded(List<Numbered> points, Throwable failure) {
    return failure instanceof PartialFailureException partial
        ? partial.failures().stream().map(one -> points.get(one.ordinal())).toList()
        : points;
  }

  private void countOthers() {
    while (!underWay.isEmpty()) {
      try {
        loaded += count(underWay.remove().result.join());
      } catch (CompletionException e) {
        loaded += countOfFailed(cause(e));
      }
    }
  }

  private static Throwable cause(CompletionException failure) {
    var cause = failure.getCause();
    return cause == null ? failure : cause;
  }

  private static long count(WriteResult result) {
    return result.parts().stream().mapToLong(part -> part.points().size()).sum();
  }

  private static long countOfFailed(Throwable failure) {
    return failure instanceof PartialFailureException partial ? count(partial.succeeded()) : 0;
  }

  private static long bytes(Point point) {
    return point.id().length()
        + (long) point.vector().length * Float.BYTES
        + point.payloadJson().map(String::length).orElse(0);
  }
}
