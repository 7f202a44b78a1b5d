package io.quiverdb.bench.search;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// All queries of a data set, with a filter or without one, and what each searcher finds of them at
/// which accuracy.
final class Question {
  /// Candidates that are kept, from the least accurate on.
  static final int[] EFS = {10, 12, 16, 20, 24, 32, 48, 64, 80, 100, 150, 200, 300, 500, 1000};

  /// Of processor time: shorter rounds differ by chance.
  static final Duration ROUND = Duration.ofMillis(300);

  private final Optional<Filter> filter;
  private final int queries;
  private final Truth truth;
  private final Map<RemoteSearcher, Map<Integer, Double>> recalls = new HashMap<>();

  Question(Rows rows, Optional<Filter> filter) {
    this.filter = filter;
    this.queries = rows.queries().length;
    this.truth = Truth.of(rows, filter);
  }

  String name() {
    return filter.map(Filter::toString).orElse("no filter");
  }

  Asked asked(int ef) {
    return asked(ef, queries);
  }

  /// The first of its queries.
  Asked asked(int ef, int count) {
    return Asked.with(ef, filter, count);
  }

  /// How many rows each query is to find.
  int wanted() {
    return truth.wanted();
  }

  double recall(RemoteSearcher searcher, int ef) {
    return recalls
        .computeIfAbsent(searcher, _ -> new HashMap<>())
        .computeIfAbsent(ef, _ -> truth.recall(searcher.ask(asked(ef)).found()));
  }

  long answeredInFull(RemoteSearcher searcher, int ef) {
    return truth.answeredInFull(searcher.ask(asked(ef)).found());
  }

  /// The least that finds so much.
  ///
  /// @throws IllegalStateException if none does
  int leastEf(RemoteSearcher searcher, double recall) {
    for (int ef : EFS) {
      if (recall(searcher, ef) >= recall) {
        return ef;
      }
    }
    throw new IllegalStateException(
        String.format(
            Locale.ROOT,
            "%s, %s: recall %.3f at ef %d (expected: at least %.2f)",
            searcher.title(),
            name(),
            recall(searcher, EFS[EFS.length - 1]),
            EFS[EFS.length - 1],
            recall));
  }

  /// Its name with the accuracy at which it reaches a recall.
  String title(RemoteSearcher searcher, double recall) {
    int ef = leastEf(searcher, recall);
    return String.format(
        Locale.ROOT, "%s, ef %d (%.3f)", searcher.title(), ef, recall(searcher, ef));
  }

  /// Asks all of it at that accuracy, again and again for some time.
  Answers ask(RemoteSearcher searcher, double recall) {
    return searcher.ask(asked(leastEf(searcher, recall)).lasting(ROUND));
  }
}
