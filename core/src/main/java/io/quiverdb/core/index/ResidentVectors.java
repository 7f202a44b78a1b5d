package io.quiverdb.core.index;

import io.quiverdb.core.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Optional;

/// The vectors of a segment in memory, within a budget that also holds the graph over them. Closed
/// by the [GraphIndex] that it becomes part of, or by whoever has it until then.
public final class ResidentVectors implements AutoCloseable {
  private final IndexedVectors indexed;
  private final Arena arena;
  private final VectorBudget.Reservation reservation;

  private ResidentVectors(
      IndexedVectors indexed, Arena arena, VectorBudget.Reservation reservation) {
    this.indexed = indexed;
    this.arena = arena;
    this.reservation = reservation;
  }

  /// The most that a segment's vectors and graph take.
  public static long bytesMax(VectorColumn column, Metric metric) {
    return column.copyBytes()
        + IndexedVectors.normBytes(metric, column.rowCount())
        + GraphFormat.bytesMax(column.rowCount());
  }

  /// Empty if the budget has no room.
  ///
  /// @param threads that read parts of them
  /// @throws io.quiverdb.core.CorruptFileException if a vector is not what was written
  /// @throws java.io.InterruptedIOException if the caller is interrupted
  @SuppressWarnings("MustBeClosedChecker") // with this
  public static Optional<ResidentVectors> load(
      VectorColumn column, Metric metric, VectorBudget budget, int threads) throws IOException {
    var reservation = budget.reserve(bytesMax(column, metric));
    if (reservation.isEmpty()) {
      return Optional.empty();
    }
    var arena = Arena.ofShared();
    try {
      var indexed = IndexedVectors.of(metric, column.load(threads, arena), arena);
      return Optional.of(new ResidentVectors(indexed, arena, reservation.get()));
    } catch (Throwable e) {
      arena.close();
      reservation.get().close();
      throw e;
    }
  }

  IndexedVectors indexed() {
    return indexed;
  }

  Arena arena() {
    return arena;
  }

  VectorBudget.Reservation reservation() {
    return reservation;
  }

  @Override
  public void close() {
    arena.close();
    reservation.close();
  }
}
