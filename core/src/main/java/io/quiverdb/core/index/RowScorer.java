package io.quiverdb.core.index;

import io.quiverdb.core.Metric;
import java.lang.foreign.MemorySegment;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/// Compares one vector with rows: the greater a score, the nearer. For one thread.
///
/// The score of a squared distance is its negation; a cosine's lacks the query's norm, which is the
/// same for all rows. No score is NaN, whatever the components: what exceeds a float's range counts
/// as the farthest.
final class RowScorer implements UpdateableRandomVectorScorer {
  private final Metric metric;
  private final IndexedVectors indexed;
  private final RowVectors rows;
  private final MemorySegment memory;
  private final FloatSums sums;
  private final float[] query;
  private final long[] offsets = new long[FloatSums.AT_ONCE];
  private final float[] results = new float[FloatSums.AT_ONCE];
  private float queryScale = 1;

  RowScorer(IndexedVectors indexed, float[] query) {
    this.metric = indexed.metric();
    this.indexed = indexed;
    this.rows = indexed.rows();
    this.memory = rows.memory();
    this.sums = FloatArithmetic.sums();
    this.query = query;
  }

  /// For those who build a graph: each thread has a scorer, and sets which row it compares.
  record Supplier(IndexedVectors indexed) implements RandomVectorScorerSupplier {
    @Override
    public UpdateableRandomVectorScorer scorer() {
      return new RowScorer(indexed, new float[indexed.rows().dimension()]);
    }

    @Override
    public RandomVectorScorerSupplier copy() {
      return this;
    }
  }

  @Override
  public void setScoringOrdinal(int row) {
    MemorySegment.copy(memory, FloatSums.FLOAT, rows.offset(row), query, 0, query.length);
    // A build compares scores from the sides of different rows, and keeps one with a link in both
    // directions: they must be symmetric.
    queryScale = metric == Metric.COSINE ? indexed.inverseNorm(row) : 1;
  }

  @Override
  public int maxOrd() {
    return rows.rowCount();
  }

  @Override
  public float score(int row) {
    long offset = rows.offset(row);
    float sum =
        metric == Metric.L2_SQUARED
            ? sums.squaredDistance(query, memory, offset)
            : sums.dot(query, memory, offset);
    return score(sum, row);
  }

  private float score(float sum, int row) {
    float score =
        switch (metric) {
          case L2_SQUARED -> -sum;
          case DOT -> sum;
          case COSINE -> sum * indexed.inverseNorm(row) * queryScale;
        };
    return Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score;
  }

  @Override
  public float bulkScore(int[] nodes, float[] scores, int count) {
    float best = Float.NEGATIVE_INFINITY;
    int index = 0;
    for (; index + FloatSums.AT_ONCE <= count; index += FloatSums.AT_ONCE) {
      for (int lane = 0; lane < FloatSums.AT_ONCE; lane++) {
        offsets[lane] = rows.offset(nodes[index + lane]);
      }
      if (metric == Metric.L2_SQUARED) {
        sums.squaredDistances(query, memory, offsets, results);
      } else {
        sums.dots(query, memory, offsets, results);
      }
      for (int lane = 0; lane < FloatSums.AT_ONCE; lane++) {
        float score = score(results[lane], nodes[index + lane]);
        scores[index + lane] = score;
        best = Math.max(best, score);
      }
    }
    for (; index < count; index++) {
      scores[index] = score(nodes[index]);
      best = Math.max(best, scores[index]);
    }
    return best;
  }
}
