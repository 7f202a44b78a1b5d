package io.quiverdb.bench.search;

import io.quiverdb.core.Metric;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/// What is right to be found, by comparing every query with every row that matches. Whatever is as
/// near as the last of the [Asked#K] nearest is right, so that equal rows are too.
final class Truth {
  /// What single precision makes of a nearness, as a part of it.
  private static final double ROUNDING = 1e-6;

  private final Rows rows;
  private final int wanted;
  private final double[] least;

  private Truth(Rows rows, int wanted, double[] least) {
    this.rows = rows;
    this.wanted = wanted;
    this.least = least;
  }

  static Truth of(Rows rows, Optional<Filter> filter) {
    int[] matching =
        filter.map(rows::matching).orElseGet(() -> IntStream.range(0, rows.count()).toArray());
    int wanted = Math.min(Asked.K, matching.length);
    var least =
        Arrays.stream(rows.queries())
            .parallel()
            .mapToDouble(query -> nearness(rows, query, matching, wanted))
            .toArray();
    return new Truth(rows, wanted, least);
  }

  /// How many rows each query is to find.
  int wanted() {
    return wanted;
  }

  /// The share of what is to be found that was found, over all queries that were asked.
  double recall(int[][] found) {
    long right = 0;
    for (int query = 0; query < found.length; query++) {
      float[] asked = rows.queries()[query];
      double bound = least[query] - ROUNDING * Math.max(1, Math.abs(least[query]));
      right +=
          Arrays.stream(found[query])
              .distinct()
              .filter(row -> nearness(rows.metric(), asked, rows.base()[row]) >= bound)
              .limit(wanted)
              .count();
    }
    return (double) right / ((long) wanted * found.length);
  }

  /// How many queries were answered with as many rows as there are to be found.
  long answeredInFull(int[][] found) {
    return Arrays.stream(found).filter(rowsFound -> rowsFound.length >= wanted).count();
  }

  /// Of the last one of the `wanted` nearest.
  private static double nearness(Rows rows, float[] query, int[] matching, int wanted) {
    var nearest = new double[wanted];
    Arrays.fill(nearest, Double.NEGATIVE_INFINITY);
    for (int row : matching) {
      double nearness = nearness(rows.metric(), query, rows.base()[row]);
      if (nearness > nearest[0]) {
        insert(nearness, nearest);
      }
    }
    return wanted == 0 ? Double.NEGATIVE_INFINITY : nearest[0];
  }

  /// In the place of the least of an ascending array.
  private static void insert(double value, double[] ascending) {
    int place = 0;
    while (place + 1 < ascending.length && ascending[place + 1] < value) {
      ascending[place] = ascending[place + 1];
      place++;
    }
    ascending[place] = value;
  }

  private static double nearness(Metric metric, float[] query, float[] row) {
    return metric == Metric.L2_SQUARED ? -squaredDistance(query, row) : dot(query, row);
  }

  // Four sums at a time, for the processor waits for one addition before the next of the same sum.
  // All dimensions are multiples of four.

  private static double dot(float[] left, float[] right) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    for (int index = 0; index < left.length; index += 4) {
      first += (double) left[index] * right[index];
      second += (double) left[index + 1] * right[index + 1];
      third += (double) left[index + 2] * right[index + 2];
      fourth += (double) left[index + 3] * right[index + 3];
    }
    return first + second + third + fourth;
  }

  private static double squaredDistance(float[] left, float[] right) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    for (int index = 0; index < left.length; index += 4) {
      first += square((double) left[index] - right[index]);
      second += square((double) left[index + 1] - right[index + 1]);
      third += square((double) left[index + 2] - right[index + 2]);
      fourth += square((double) left[index + 3] - right[index + 3]);
    }
    return first + second + third + fourth;
  }

  private static double square(double value) {
    return value * value;
  }
}
