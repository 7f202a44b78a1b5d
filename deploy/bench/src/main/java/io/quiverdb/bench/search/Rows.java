package io.quiverdb.bench.search;

import io.quiverdb.core.Metric;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Vectors that are searched, with categories, and what is asked.
///
/// @param name says what they are
/// @param metric [Metric#COSINE], where all vectors are of length 1, or [Metric#L2_SQUARED]
/// @param filters by the categories, to be asked with
@SuppressWarnings("ArrayRecordComponent") // never compared
record Rows(
    String name,
    Metric metric,
    float[][] base,
    float[][] queries,
    List<Category> categories,
    List<Filter> filters) {

  /// @param values by row
  record Category(String field, List<String> values) {}

  int count() {
    return base.length;
  }

  int dimension() {
    return base[0].length;
  }

  long vectorBytes() {
    return (long) count() * dimension() * Float.BYTES;
  }

  /// Those of them that come first.
  Rows first(int rows) {
    return new Rows(
        name,
        metric,
        Arrays.copyOf(base, rows),
        queries,
        categories.stream()
            .map(category -> new Category(category.field, category.values.subList(0, rows)))
            .toList(),
        filters);
  }

  /// The rows of a category, ascending.
  int[] matching(Filter filter) {
    var values =
        categories.stream()
            .filter(category -> category.field.equals(filter.field()))
            .findFirst()
            .orElseThrow()
            .values;
    return IntStream.range(0, count())
        .filter(row -> values.get(row).equals(filter.value()))
        .toArray();
  }

  /// Brings a vector to length 1.
  static void normalize(float[] vector) {
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    float inverse = (float) (1 / Math.sqrt(squares));
    for (int index = 0; index < vector.length; index++) {
      vector[index] *= inverse;
    }
  }
}
