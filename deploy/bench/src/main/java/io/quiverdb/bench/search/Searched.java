package io.quiverdb.bench.search;

import java.io.IOException;
import java.util.Optional;

/// Something that finds rows of [Embeddings].
interface Searched extends AutoCloseable {
  /// @param field `part` or `topic`
  record Filter(String field, String value) {}

  /// The rows that it takes for the nearest.
  ///
  /// @param ef candidates that it keeps, at least `k`
  int[] nearest(float[] query, int k, int ef, Optional<Filter> filter) throws IOException;

  @Override
  void close() throws IOException;
}
