package io.quiverdb.core;

/// How much of what exact searches found the same searches found by graphs.
///
/// @param queries how many were made
/// @param expected the nearest of each, ten at most, together
/// @param found of those
public record Recall(long queries, long expected, long found) {
  public static final Recall NOTHING = new Recall(0, 0, 0);

  public Recall {
    if (queries < 0 || found < 0 || found > expected) {
      throw new IllegalArgumentException(
          "recall: %d found of %d by %d queries (expected: at most all)"
              .formatted(found, expected, queries));
    }
  }

  public Recall plus(Recall other) {
    return new Recall(queries + other.queries, expected + other.expected, found + other.found);
  }

  /// From 0 to 1; 1 where there was nothing to find.
  public double atTen() {
    return expected == 0 ? 1 : (double) found / expected;
  }
}
