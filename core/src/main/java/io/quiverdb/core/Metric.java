package io.quiverdb.core;

import java.util.Comparator;

/// How near two vectors are. A score is what a user sees of it.
public enum Metric {
  /// The sum of squared differences; the smaller, the nearer.
  L2_SQUARED,
  /// The cosine of the angle, −1 to 1; the greater, the nearer. 0 where either vector is all zeros.
  COSINE,
  /// The inner product; the greater, the nearer.
  DOT;

  /// Nearest first, ties by ascending id (unsigned bytes of its UTF-8).
  public Comparator<Hit> nearestFirst() {
    Comparator<Hit> byScore = Comparator.comparingDouble(Hit::score);
    return (this == L2_SQUARED ? byScore : byScore.reversed())
        .thenComparing(Hit::id, PointIds.ORDER);
  }
}
