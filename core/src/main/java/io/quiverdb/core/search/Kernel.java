package io.quiverdb.core.search;

import io.quiverdb.core.Metric;
import io.quiverdb.core.Vector;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Scores stored vectors against one query, by a metric. For one thread.
///
/// A score is a sum of [VectorSums] rounded to a float: so it is the same wherever the vector lies,
/// and on every machine. What exceeds a float's range becomes its greatest or least value, so that
/// a score is always finite.
final class Kernel {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Metric metric;
  private final VectorSums sums;
  private final double[] query;
  private final double queryNorm;
  private final float[] stored;

  Kernel(Metric metric, Vector query, VectorSums sums) {
    this.metric = metric;
    this.sums = sums;
    this.query = new double[query.dimension()];
    for (int index = 0; index < this.query.length; index++) {
      this.query[index] = query.get(index);
    }
    this.queryNorm = Math.sqrt(sums.squaredNorm(query.toArray()));
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
          case L2_SQUARED -> sums.squaredDistance(query, stored);
          case DOT -> sums.dot(query, stored);
          case COSINE -> cosine();
        };
    return rounded(score);
  }

  /// A score as it is told.
  static float rounded(double score) {
    // Adding 0 turns −0 into 0, which would otherwise be another score.
    return (float) Math.clamp(score, -Float.MAX_VALUE, Float.MAX_VALUE) + 0f;
  }

  private double cosine() {
    double norms = queryNorm * Math.sqrt(sums.squaredNorm(stored));
    return norms == 0 ? 0 : Math.clamp(sums.dot(query, stored) / norms, -1.0, 1.0);
  }
}
