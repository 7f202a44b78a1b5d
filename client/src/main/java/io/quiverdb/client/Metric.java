package io.quiverdb.client;

/// How near two vectors are.
public enum Metric {
  /// The sum of squared differences; the smaller, the nearer.
  L2_SQUARED,
  /// The greater, the nearer.
  COSINE,
  /// The inner product; the greater, the nearer.
  DOT;

  static Metric of(io.quiverdb.api.v1.Metric metric) {
    return switch (metric) {
      case L2_SQUARED -> L2_SQUARED;
      case COSINE, METRIC_UNSPECIFIED -> COSINE;
      case DOT -> DOT;
      case UNRECOGNIZED ->
          throw new UnsupportedOperationException("metric: unknown (expected: a newer client)");
    };
  }

  io.quiverdb.api.v1.Metric toWire() {
    return switch (this) {
      case L2_SQUARED -> io.quiverdb.api.v1.Metric.L2_SQUARED;
      case COSINE -> io.quiverdb.api.v1.Metric.COSINE;
      case DOT -> io.quiverdb.api.v1.Metric.DOT;
    };
  }
}
