package io.quiverdb.core;

import java.util.Optional;
import java.util.OptionalInt;

/// A search for the `k` nearest points.
///
/// @param k 1 to [#K_MAX]
/// @param exact whether all points that match are looked at, so that none is missed
/// @param ef how many candidates an index keeps on its way, 1 to [#EF_MAX] and in effect at least
///   `k`: the more, the more accurate and the slower; the collection's if it is empty, and
///   [#EF_DEFAULT] if that has none
/// @param scoreThreshold points of a worse score are left out: of a greater squared distance, or of
///   a smaller cosine or inner product
public record Query(
    Vector vector,
    int k,
    Optional<Filter> filter,
    boolean withPayload,
    boolean withVector,
    boolean exact,
    OptionalInt ef,
    Optional<Float> scoreThreshold) {
  public static final int K_MAX = 10_000;
  public static final int EF_MAX = 10_000;

  /// Finds 95 of 100 and more of data of high intrinsic dimension.
  public static final int EF_DEFAULT = 100;

  /// @throws IllegalArgumentException if `k`, `ef` or the threshold is out of range
  public Query {
    if (k < 1 || k > K_MAX) {
      throw new IllegalArgumentException("k: " + k + " (expected: 1 to " + K_MAX + ")");
    }
    ef.ifPresent(Query::requireEf);
    if (scoreThreshold.isPresent() && !Float.isFinite(scoreThreshold.get())) {
      throw new IllegalArgumentException(
          "score threshold: " + scoreThreshold.get() + " (expected: a finite number)");
    }
  }

  /// With what is usual for the rest: by an index, without a threshold.
  public Query(
      Vector vector, int k, Optional<Filter> filter, boolean withPayload, boolean withVector) {
    this(vector, k, filter, withPayload, withVector, false, OptionalInt.empty(), Optional.empty());
  }

  static void requireEf(int ef) {
    if (ef < 1 || ef > EF_MAX) {
      throw new IllegalArgumentException("ef: " + ef + " (expected: 1 to " + EF_MAX + ")");
    }
  }

  /// This one, with what its collection says where it says nothing.
  public Query in(Settings settings) {
    return ef.isPresent()
        ? this
        : new Query(
            vector, k, filter, withPayload, withVector, exact, settings.ef(), scoreThreshold);
  }

  /// How many candidates an index keeps.
  public int candidates() {
    return Math.max(k, ef.orElse(EF_DEFAULT));
  }
}
