package io.quiverdb.core.search;

/// [VectorSums] in plain Java.
final class ScalarSums implements VectorSums {
  @Override
  public double dot(double[] query, float[] stored) {
    double lane0 = 0;
    double lane1 = 0;
    double lane2 = 0;
    double lane3 = 0;
    double lane4 = 0;
    double lane5 = 0;
    double lane6 = 0;
    double lane7 = 0;
    int whole = VectorSums.whole(stored.length);
    for (int index = 0; index < whole; index += LANES) {
      lane0 += query[index] * stored[index];
      lane1 += query[index + 1] * stored[index + 1];
      lane2 += query[index + 2] * stored[index + 2];
      lane3 += query[index + 3] * stored[index + 3];
      lane4 += query[index + 4] * stored[index + 4];
      lane5 += query[index + 5] * stored[index + 5];
      lane6 += query[index + 6] * stored[index + 6];
      lane7 += query[index + 7] * stored[index + 7];
    }
    for (int index = whole; index < stored.length; index++) {
      lane0 += query[index] * stored[index];
    }
    return ((lane0 + lane4) + (lane1 + lane5)) + ((lane2 + lane6) + (lane3 + lane7));
  }

  @Override
  public double squaredDistance(double[] query, float[] stored) {
    double lane0 = 0;
    double lane1 = 0;
    double lane2 = 0;
    double lane3 = 0;
    double lane4 = 0;
    double lane5 = 0;
    double lane6 = 0;
    double lane7 = 0;
    int whole = VectorSums.whole(stored.length);
    for (int index = 0; index < whole; index += LANES) {
      lane0 += square(query[index] - stored[index]);
      lane1 += square(query[index + 1] - stored[index + 1]);
      lane2 += square(query[index + 2] - stored[index + 2]);
      lane3 += square(query[index + 3] - stored[index + 3]);
      lane4 += square(query[index + 4] - stored[index + 4]);
      lane5 += square(query[index + 5] - stored[index + 5]);
      lane6 += square(query[index + 6] - stored[index + 6]);
      lane7 += square(query[index + 7] - stored[index + 7]);
    }
    for (int index = whole; index < stored.length; index++) {
      lane0 += square(query[index] - stored[index]);
    }
    return ((lane0 + lane4) + (lane1 + lane5)) + ((lane2 + lane6) + (lane3 + lane7));
  }

  @Override
  public double squaredNorm(float[] stored) {
    double lane0 = 0;
    double lane1 = 0;
    double lane2 = 0;
    double lane3 = 0;
    double lane4 = 0;
    double lane5 = 0;
    double lane6 = 0;
    double lane7 = 0;
    int whole = VectorSums.whole(stored.length);
    for (int index = 0; index < whole; index += LANES) {
      lane0 += square(stored[index]);
      lane1 += square(stored[index + 1]);
      lane2 += square(stored[index + 2]);
      lane3 += square(stored[index + 3]);
      lane4 += square(stored[index + 4]);
      lane5 += square(stored[index + 5]);
      lane6 += square(stored[index + 6]);
      lane7 += square(stored[index + 7]);
    }
    for (int index = whole; index < stored.length; index++) {
      lane0 += square(stored[index]);
    }
    return ((lane0 + lane4) + (lane1 + lane5)) + ((lane2 + lane6) + (lane3 + lane7));
  }

  private static double square(double value) {
    return value * value;
  }
}
