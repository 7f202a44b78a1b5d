package io.quiverdb.core.search;

/// The sums that distances are made of. All implementations give the same bits, so that a search
/// finds the same on every node.
///
/// Terms are doubles, and are rounded after each multiplication and each addition. Component `i`
/// goes to lane `i mod 8`, what is left over after the last whole eight to lane 0, in ascending
/// order. The lanes are added as `((0 + 4) + (1 + 5)) + ((2 + 6) + (3 + 7))`.
interface VectorSums {
  int LANES = 8;

  double dot(double[] query, float[] stored);

  double squaredDistance(double[] query, float[] stored);

  double squaredNorm(float[] stored);

  /// How many leading components go to the lanes in turn.
  static int whole(int dimension) {
    return dimension - dimension % LANES;
  }

  static double total(double[] lanes) {
    assert lanes.length == LANES : lanes.length;
    return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5]))
        + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
  }
}
