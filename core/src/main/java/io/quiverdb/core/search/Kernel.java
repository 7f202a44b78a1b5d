package io.quiverdb.core.search;

import io.quiverdb.core.Metric;
import io.quiverdb.core.Vector;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Scores stored vectors against one query, by a metric. For one thread.
///
/// Sums are kept in doubles, in four lanes: component `i` goes to lane `i mod 4`, what is left over
/// after the last whole four to lane 0. They are added as `(0 + 1) + (2 + 3)` and rounded to a
/// float: so a score is the same wherever the vector lies. What exceeds a float's range becomes its
/// greatest or least value, so that a score is always finite.
final class Kernel {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Metric metric;
  private final float[] query;
  private final double queryNorm;
  private final float[] stored;

  Kernel(Metric metric, Vector query) {
    this.metric = metric;
    this.query = query.toArray();
    this.queryNorm = Math.sqrt(dot(this.query, this.query));
    this.stored = new float[query.dimension()];
  }

  /// @param offset of the vector, in bytes
  float score(MemorySegment vectors, long offset) {
    // A copy costs less than reading in place: rows lie in memory of several kinds (mapped,
    // native),
    // and a loop that has met more than one is compiled with a check for every component.
    MemorySegment.copy(vectors, FLOAT, offset, stored, 0, stored.length);
    double score =
        switch (metric) {
          case L2_SQUARED -> squaredDistance(query, stored);
          case DOT -> dot(query, stored);
          case COSINE -> cosine();
        };
    // Adding 0 turns −0 into 0, which would otherwise be another score.
    return (float) Math.clamp(score, -Float.MAX_VALUE, Float.MAX_VALUE) + 0f;
  }

  private double cosine() {
    double norms = queryNorm * Math.sqrt(dot(stored, stored));
    return norms == 0 ? 0 : Math.clamp(dot(query, stored) / norms, -1.0, 1.0);
  }

  private static double dot(float[] left, float[] right) {
    double lane0 = 0;
    double lane1 = 0;
    double lane2 = 0;
    double lane3 = 0;
    int index = 0;
    for (; index <= left.length - 4; index += 4) {
      lane0 += (double) left[index] * right[index];
      lane1 += (double) left[index + 1] * right[index + 1];
      lane2 += (double) left[index + 2] * right[index + 2];
      lane3 += (double) left[index + 3] * right[index + 3];
    }
    for (; index < left.length; index++) {
      lane0 += (double) left[index] * right[index];
    }
    return (lane0 + lane1) + (lane2 + lane3);
  }

  private static double squaredDistance(float[] left, float[] right) {
    double lane0 = 0;
    double lane1 = 0;
    double lane2 = 0;
    double lane3 = 0;
    int index = 0;
    for (; index <= left.length - 4; index += 4) {
      lane0 += square((double) left[index] - right[index]);
      lane1 += square((double) left[index + 1] - right[index + 1]);
      lane2 += square((double) left[index + 2] - right[index + 2]);
      lane3 += square((double) left[index + 3] - right[index + 3]);
    }
    for (; index < left.length; index++) {
      lane0 += square((double) left[index] - right[index]);
    }
    return (lane0 + lane1) + (lane2 + lane3);
  }

  private static double square(double value) {
    return value * value;
  }
}
