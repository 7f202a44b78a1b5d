package io.quiverdb.core.index;

/// How the stores of a process index their segments.
///
/// @param budget that they share
/// @param threads that build one graph: one is built at a time in a store
/// @param rowsMin of a segment that is given a graph; looking at all rows of a smaller one is as
///   fast
public record Indexing(VectorBudget budget, int threads, int rowsMin) {
  /// Where nobody says otherwise.
  public static final long BUDGET_BYTES = 1L << 30;

  public static final int ROWS_MIN = 10_000;

  public Indexing {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: at least 1)");
    }
    if (rowsMin < 1) {
      throw new IllegalArgumentException("rowsMin: " + rowsMin + " (expected: at least 1)");
    }
  }

  /// On half of the processors: searches and writes have the others.
  public Indexing(VectorBudget budget, int rowsMin) {
    this(budget, Math.max(1, Runtime.getRuntime().availableProcessors() / 2), rowsMin);
  }

  /// With a budget of its own.
  public static Indexing standard() {
    return new Indexing(new VectorBudget(BUDGET_BYTES), ROWS_MIN);
  }
}
