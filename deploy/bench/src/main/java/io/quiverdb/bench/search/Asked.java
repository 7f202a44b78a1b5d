package io.quiverdb.bench.search;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How the queries of [Rows] are asked, one after the other.
///
/// @param ef candidates that are kept, at least [#K]; empty if every row that matches is to be
///   looked at
/// @param queries how many, from the first on
/// @param atLeast of processor time: until then, all of them are asked again
record Asked(OptionalInt ef, Optional<Filter> filter, int queries, Duration atLeast) {
  /// How many rows are wanted of each.
  static final int K = 10;

  private static final String NOTHING = "-";

  /// Every row that matches is looked at.
  static Asked exactly(int queries) {
    return new Asked(OptionalInt.empty(), Optional.empty(), queries, Duration.ZERO);
  }

  static Asked with(int ef, Optional<Filter> filter, int queries) {
    return new Asked(OptionalInt.of(ef), filter, queries, Duration.ZERO);
  }

  Asked lasting(Duration time) {
    return new Asked(ef, filter, queries, time);
  }

  @Override
  public String toString() {
    return "%s %s %d %d"
        .formatted(
            ef.isPresent() ? Integer.toString(ef.getAsInt()) : NOTHING,
            filter.map(Filter::toString).orElse(NOTHING),
            queries,
            atLeast.toMillis());
  }

  /// Reads what [#toString] says.
  static Asked parse(List<String> words) {
    return new Asked(
        words.get(0).equals(NOTHING)
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseInt(words.get(0))),
        words.get(1).equals(NOTHING) ? Optional.empty() : Optional.of(Filter.parse(words.get(1))),
        Integer.parseInt(words.get(2)),
        Duration.ofMillis(Long.parseLong(words.get(3))));
  }
}
