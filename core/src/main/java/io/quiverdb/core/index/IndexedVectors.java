package io.quiverdb.core.index;

import io.quiverdb.core.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The vectors that a graph is over, with what the metric asks of each beside them.
///
/// @param inverseNorms a float per row if the metric is the cosine, 0 for one without length; else
///   empty
record IndexedVectors(Metric metric, RowVectors rows, MemorySegment inverseNorms) {
  /// @param arena takes the norms
  static IndexedVectors of(Metric metric, RowVectors rows, Arena arena) {
    if (metric != Metric.COSINE) {
      return new IndexedVectors(metric, rows, MemorySegment.NULL);
    }
    var inverseNorms = arena.allocate(normBytes(metric, rows.rowCount()), Float.BYTES);
    var components = new float[rows.dimension()];
    for (int row = 0; row < rows.rowCount(); row++) {
      MemorySegment.copy(
          rows.memory(), FloatSums.FLOAT, rows.offset(row), components, 0, components.length);
      inverseNorms.setAtIndex(ValueLayout.JAVA_FLOAT, row, inverseNorm(components));
    }
    return new IndexedVectors(metric, rows, inverseNorms.asReadOnly());
  }

  private static float inverseNorm(float[] components) {
    double squares = 0;
    for (float component : components) {
      squares += (double) component * component;
    }
    return squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
  }

  static long normBytes(Metric metric, int rowCount) {
    return metric == Metric.COSINE ? (long) rowCount * Float.BYTES : 0;
  }

  float inverseNorm(int row) {
    return inverseNorms.getAtIndex(ValueLayout.JAVA_FLOAT, row);
  }
}
