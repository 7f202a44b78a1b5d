package io.quiverdb.bench.search;

import java.io.IOException;

/// Something that was built of [Rows] and finds the nearest of them. For one thread.
interface Searched extends AutoCloseable {
  /// What it took to build the graph of the rows.
  long graphNanos();

  /// The rows that it takes for the nearest, [Asked#K] of them where there are as many.
  int[] nearest(float[] query, Asked asked) throws IOException;

  @Override
  void close() throws IOException;
}
