package io.quiverdb.core.index;

import io.quiverdb.core.Metric;

/// How near a row is at most, by its score of a [RowScorer], which is rounded.
///
/// A sum of n products in single precision, in whatever order and fused or not, is off by at most
/// `g(n) = n u / (1 − n u)` of the sum of their magnitudes, with u = 2^-24 (Higham, 'Accuracy and
/// Stability of Numerical Algorithms', 3.1), as long as nothing overflows; what underflows adds
/// less than [#UNDERFLOW] for each. Before and after it a score is rounded some four times more:
/// the difference, its square, a row's inverse norm and the product with that. The rest of
/// [#MORE_ROUNDINGS] is far above what a score in double precision is off by, so that the limit
/// also holds for that one.
/// - Squared distance: no term is negative, so that the sum is off by `g` of itself. An overflow
///   makes it infinite, which tells nothing.
/// - Inner product: the magnitudes sum up to the product of both norms at most (Cauchy and
///   Schwarz). Where that product neither overflows nor comes near to what underflows, nothing on
///   the way does.
/// - Cosine: the same, divided by both norms. Rows without length score 0, which is their cosine.
final class ScoreLimits {
  private static final int MORE_ROUNDINGS = 16;
  private static final double ROUNDING = 0x1p-24;
  private static final double UNDERFLOW = 0x1p-120;

  private final Metric metric;
  private final double error;
  private final double underflow;
  private final double queryNorm;
  private final double normMax;
  private final boolean known;

  ScoreLimits(IndexedVectors indexed, float[] query) {
    this.metric = indexed.metric();
    double roundings = (query.length + MORE_ROUNDINGS) * ROUNDING;
    this.error = roundings / (1 - roundings);
    this.underflow = query.length * UNDERFLOW;
    this.queryNorm = metric == Metric.L2_SQUARED ? 0 : IndexedVectors.norm(query);
    this.normMax = indexed.normMax();
    this.known =
        metric == Metric.L2_SQUARED
            || (isOrdinary(queryNorm) && isOrdinary(normMax) && isOrdinary(indexed.normMin()));
  }

  /// Whether products of two such neither overflow nor come near to what underflows.
  private static boolean isOrdinary(double norm) {
    return norm > 0x1p-40 && norm < 0x1p40;
  }

  /// The cosine, the inner product or the squared distance, without rounding, that no row of this
  /// score or a lesser one is beyond; what nothing is beyond if none can be told.
  double limit(float score) {
    if (!known || Float.isInfinite(score)) {
      return metric == Metric.L2_SQUARED ? 0 : Double.POSITIVE_INFINITY;
    }
    return switch (metric) {
      case L2_SQUARED -> Math.max(0, (-(double) score - underflow) / (1 + error));
      case DOT -> score + error * queryNorm * normMax;
      case COSINE -> score / queryNorm + error;
    };
  }
}
