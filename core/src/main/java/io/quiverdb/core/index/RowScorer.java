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
  private final float[] fourSums = new float[FloatSums.AT_ONCE];
  private float queryScale = 1;

  /// Kept, so that the JVM does not leave out reading it.
  @SuppressWarnings("UnusedVariable")
  private float fetched;

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
    return score(sum(row), row);
  }

  private float sum(int row) {
    long offset = rows.offset(row);
    return metric == Metric.L2_SQUARED
        ? sums.squaredDistance(query, memory, offset)
        : sums.dot(query, memory, offset);
  }

  /// Of the scores of rows beside the one that it compares.
  ScoreLimits limits() {
    return new ScoreLimits(indexed, query);
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
    sum(nodes, scores, count);
    float best = Float.NEGATIVE_INFINITY;
    for (int index = 0; index < count; index++) {
      scores[index] = score(scores[index], nodes[index]);
      best = Math.max(best, scores[index]);
    }
    return best;
  }

  /// As [#bulkScore], of the rows of a scan.
  ///
  /// @param ascending at least one
  void scanScore(int[] ascending, float[] scores, int count) {
    if (ascending[count - 1] - ascending[0] == count - 1) {
      sumInOneStream(ascending[0], scores, count);
    } else {
      sum(ascending, scores, count);
    }
    for (int index = 0; index < count; index++) {
      scores[index] = score(scores[index], ascending[index]);
    }
  }

  private void sumInOneStream(int first, float[] results, int count) {
    for (int index = 0; index < count; index++) {
      results[index] = sum(first + index);
    }
  }

  private void sum(int[] nodes, float[] results, int count) {
    int index = 0;
    for (; index + FloatSums.AT_ONCE <= count; index += FloatSums.AT_ONCE) {
      for (int lane = 0; lane < FloatSums.AT_ONCE; lane++) {
        offsets[lane] = rows.offset(nodes[index + lane]);
      }
      fetchAhead(nodes, index + FloatSums.AT_ONCE, count);
      if (metric == Metric.L2_SQUARED) {
        sums.squaredDistances(query, memory, offsets, fourSums);
      } else {
        sums.dots(query, memory, offsets, fourSums);
      }
      System.arraycopy(fourSums, 0, results, index, FloatSums.AT_ONCE);
    }
    for (; index < count; index++) {
      results[index] = sum(nodes[index]);
    }
  }

  /// Reads a little of the rows that come next: so the processor fetches them from memory while it
  /// computes. Where rows lie is only known here, so that it cannot guess.
  private void fetchAhead(int[] nodes, int from, int count) {
    long middle = query.length / 2 * (long) Float.BYTES;
    float read = 0;
    for (int index = from; index < Math.min(from + FloatSums.AT_ONCE, count); index++) {
      long offset = rows.offset(nodes[index]);
      read += memory.get(FloatSums.FLOAT, offset) + memory.get(FloatSums.FLOAT, offset + middle);
    }
    fetched = read;
  }
}
