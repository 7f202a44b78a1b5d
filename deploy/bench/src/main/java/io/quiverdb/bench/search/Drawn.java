package io.quiverdb.bench.search;

import io.quiverdb.core.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Vectors drawn around centers in a space of few dimensions, and laid into one of many, with a
/// little noise in all of these: so near each other as embeddings are, which are never spread
/// evenly either. The same for the same numbers.
///
/// A row's lot is drawn regardless of where it lies; its region is a few of the centers.
final class Drawn {
  private static final long SEED = 1;
  private static final List<String> REGIONS =
      List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
  private static final int CENTERS_PER_REGION = 30;
  private static final int CENTERS = REGIONS.size() * CENTERS_PER_REGION;
  private static final int INTRINSIC_DIMENSION = 24;
  private static final double SPREAD = 0.7;
  private static final double NOISE = 0.1;

  private final int dimension;
  private final Metric metric;
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final float[][] centers;
  private final float[][] directions;

  Drawn(int dimension, Metric metric) {
    this.dimension = dimension;
    this.metric = metric;
    this.centers = new float[CENTERS][];
    for (int center = 0; center < CENTERS; center++) {
      centers[center] = gaussian(INTRINSIC_DIMENSION);
    }
    this.directions = new float[INTRINSIC_DIMENSION][];
    for (int direction = 0; direction < INTRINSIC_DIMENSION; direction++) {
      directions[direction] = gaussian(dimension);
    }
  }

  Rows rows(int rows, int queries) {
    var lots = new ArrayList<String>(rows);
    var regions = new ArrayList<String>(rows);
    var base = new float[rows][];
    for (int row = 0; row < rows; row++) {
      int center = random.nextInt(CENTERS);
      base[row] = around(center);
      regions.add(REGIONS.get(center / CENTERS_PER_REGION));
      lots.add(lot(random.nextDouble()));
    }
    var asked = new float[queries][];
    for (int query = 0; query < queries; query++) {
      asked[query] = around(random.nextInt(CENTERS));
    }
    return new Rows(
        "generated %dk × %d".formatted(rows / 1000, dimension),
        metric,
        base,
        asked,
        List.of(new Rows.Category("lot", lots), new Rows.Category("region", regions)),
        List.of(
            new Filter("lot", "50%"),
            new Filter("lot", "10%"),
            new Filter("lot", "1%"),
            new Filter("lot", "0.1%"),
            new Filter("region", "a")));
  }

  private static String lot(double drawn) {
    if (drawn < 0.5) {
      return "50%";
    }
    if (drawn < 0.6) {
      return "10%";
    }
    if (drawn < 0.61) {
      return "1%";
    }
    return drawn < 0.611 ? "0.1%" : "none";
  }

  private float[] around(int center) {
    var place = gaussian(INTRINSIC_DIMENSION);
    for (int index = 0; index < place.length; index++) {
      place[index] = (float) (centers[center][index] + SPREAD * place[index]);
    }
    var vector = gaussian(dimension);
    for (int index = 0; index < dimension; index++) {
      vector[index] *= (float) NOISE;
    }
    for (int direction = 0; direction < place.length; direction++) {
      for (int index = 0; index < dimension; index++) {
        vector[index] += place[direction] * directions[direction][index];
      }
    }
    if (metric == Metric.COSINE) {
      Rows.normalize(vector);
    }
    return vector;
  }

  private float[] gaussian(int length) {
    var values = new float[length];
    for (int index = 0; index < length; index++) {
      values[index] = (float) random.nextGaussian();
    }
    return values;
  }
}
