package io.quiverdb.core.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;

/// The graph of rows that a segment has taken over from another one, for [GraphBuild] to set out
/// from: only the other rows are inserted then. Outlives the index that it was copied of. Within
/// the same budget, outside of the heap; to be closed.
public final class GraphSeed implements AutoCloseable {
  /// In `rows`, for a row that was not taken over.
  public static final int GONE = -1;

  /// Of the rows of a graph. What the others leave behind is mended: of 20,000 rows of 128
  /// dimensions and 4,000 more, building takes 0.3 of the time that it takes anew where none is
  /// gone, 0.7 where a tenth is, and as long where three tenths are.
  private static final double KEPT_MIN = 0.8;

  private final FlatGraph graph;
  private final MemorySegment rows;
  private final int keptCount;
  private final Arena arena;
  private final VectorBudget.Reservation reservation;

  private GraphSeed(
      FlatGraph graph,
      MemorySegment rows,
      int keptCount,
      Arena arena,
      VectorBudget.Reservation reservation) {
    this.graph = graph;
    this.rows = rows;
    this.keptCount = keptCount;
    this.arena = arena;
    this.reservation = reservation;
  }

  /// Whether taking a graph over costs less than building one anew.
  ///
  /// @param keptCount of its rows
  public static boolean isWorthIt(int keptCount, int rowCount) {
    return keptCount >= KEPT_MIN * rowCount;
  }

  /// Empty if it is not worth it, or the budget has no room.
  ///
  /// @param rows where each row of `graph` is in the other segment, [#GONE] if it is not there
  @SuppressWarnings("MustBeClosedChecker") // with this
  static Optional<GraphSeed> of(FlatGraph graph, int[] rows, VectorBudget budget) {
    int keptCount = 0;
    for (int row : rows) {
      keptCount += row == GONE ? 0 : 1;
    }
    if (!isWorthIt(keptCount, rows.length)) {
      return Optional.empty();
    }
    long rowsBytes = (long) rows.length * Integer.BYTES;
    var reservation = budget.reserve(graph.bytes() + rowsBytes);
    if (reservation.isEmpty()) {
      return Optional.empty();
    }
    var arena = Arena.ofShared();
    try {
      var kept = arena.allocate(rowsBytes, Integer.BYTES);
      MemorySegment.copy(rows, 0, kept, ValueLayout.JAVA_INT, 0, rows.length);
      return Optional.of(
          new GraphSeed(graph.copy(arena), kept, keptCount, arena, reservation.get()));
    } catch (Throwable e) {
      arena.close();
      reservation.get().close();
      throw e;
    }
  }

  /// How many rows need not be inserted.
  public int keptCount() {
    return keptCount;
  }

  HnswGraph graph() {
    return graph.cursor();
  }

  /// Where each of its rows is in the other segment.
  int[] rows() {
    return rows.toArray(ValueLayout.JAVA_INT);
  }

  /// @param rowCount of the other segment
  /// @param rows as [#rows]
  static FixedBitSet kept(int[] rows, int rowCount) {
    var kept = new FixedBitSet(rowCount);
    for (int row : rows) {
      if (row != GONE) {
        kept.set(row);
      }
    }
    return kept;
  }

  @Override
  public void close() {
    arena.close();
    reservation.close();
  }
}
