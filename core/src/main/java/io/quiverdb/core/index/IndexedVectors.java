package io.quiverdb.core.index;

import io.quiverdb.core.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The vectors that a graph is over, with what the metric asks of each beside them.
///
/// @param inverseNorms a float per row if the metric is the cosine, 0 for one without length; else
///   empty
/// @param normMin of the rows that have a length; 0, as is the greatest, if the metric is the
///   squared distance, which does not ask for it
record IndexedVectors(
    Metric metric, RowVectors rows, MemorySegment inverseNorms, double normMin, double normMax) {
  /// @param arena takes the norms
  static IndexedVectors of(Metric metric, RowVectors rows, Arena arena) {
    if (metric == Metric.L2_SQUARED) {
      return new IndexedVectors(metric, rows, MemorySegment.NULL, 0, 0);
    }
    var inverseNorms =
        metric == Metric.COSINE
            ? arena.allocate(normBytes(metric, rows.rowCount()), Float.BYTES)
            : MemorySegment.NULL;
    var components = new float[rows.dimension()];
    double normMin = Double.MAX_VALUE;
    double normMax = 0;
    for (int row = 0; row < rows.rowCount(); row++) {
      MemorySegment.copy(
          rows.memory(), FloatSums.FLOAT, rows.offset(row), components, 0, components.length);
      double norm = norm(components);
      normMax = Math.max(normMax, norm);
      normMin = norm == 0 ? normMin : Math.min(normMin, norm);
      if (metric == Metric.COSINE) {
        inverseNorms.setAtIndex(ValueLayout.JAVA_FLOAT, row, norm == 0 ? 0 : (float) (1 / norm));
      }
    }
    return new IndexedVectors(metric, rows, inverseNorms.asReadOnly(), normMin, normMax);
  }

  static double norm(float[] components) {
    // Two sums, for the processor waits for one addition before the next of the same sum.
    double even = 0;
    double odd = 0;
    int whole = components.length & ~1;
    for (int index = 0; index < whole; index += 2) {
      even += (double) components[index] * components[index];
      odd += (double) components[index + 1] * components[index + 1];
    }
    if (whole < components.length) {
      even += (double) components[whole] * components[whole];
    }
    return Math.sqrt(even + odd);
  }

  static long normBytes(Metric metric, int rowCount) {
    return metric == Metric.COSINE ? (long) rowCount * Float.BYTES : 0;
  }

  float inverseNorm(int row) {
    return inverseNorms.getAtIndex(ValueLayout.JAVA_FLOAT, row);
  }
}
