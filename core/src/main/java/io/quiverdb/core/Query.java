package io.quiverdb.core;

import java.util.Optional;

/// A search for the `k` nearest points.
///
/// @param k 1 to [#K_MAX]
public record Query(
    Vector vector, int k, Optional<Filter> filter, boolean withPayload, boolean withVector) {
  public static final int K_MAX = 10_000;

  public Query {
    if (k < 1 || k > K_MAX) {
      throw new IllegalArgumentException("k: " + k + " (expected: 1 to " + K_MAX + ")");
    }
  }
}
