package io.quiverdb.core;

/// What never changes about a collection.
///
/// @param dimension of its vectors, 1 to [#DIMENSION_MAX]
public record Descriptor(int dimension, Metric metric) {
  public static final int DIMENSION_MAX = 8192;

  public Descriptor {
    if (dimension < 1 || dimension > DIMENSION_MAX) {
      throw new IllegalArgumentException(
          "dimension: " + dimension + " (expected: 1 to " + DIMENSION_MAX + ")");
    }
  }
}
