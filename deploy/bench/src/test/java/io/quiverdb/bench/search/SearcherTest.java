package io.quiverdb.bench.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.bench.Folder;
import io.quiverdb.core.Metric;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SearcherTest {
  private static final int QUERIES = 20;

  private final Rows rows = new Drawn(32, Metric.COSINE).rows(1600, QUERIES);

  @ParameterizedTest
  @EnumSource
  void findsNearlyAllWithManyCandidates(Searcher searcher, @TempDir Path folder) throws Exception {
    try (var searched = searcher.build(Folder.in(folder), rows)) {
      var answers =
          Answers.of(searched, rows.queries(), Asked.with(200, Optional.empty(), QUERIES));

      assertThat(Truth.of(rows, Optional.empty()).recall(answers.found())).isGreaterThan(0.95);
    }
  }

  @ParameterizedTest
  @EnumSource
  void findsNothingThatDoesNotMatch(Searcher searcher, @TempDir Path folder) throws Exception {
    var filter = Optional.of(new Filter("lot", "10%"));
    var matching = rows.matching(filter.get());
    try (var searched = searcher.build(Folder.in(folder), rows)) {
      var answers = Answers.of(searched, rows.queries(), Asked.with(50, filter, QUERIES));

      assertThat(Truth.of(rows, filter).answeredInFull(answers.found())).isEqualTo(QUERIES);
      for (int[] found : answers.found()) {
        assertThat(matching).contains(found);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"QUIVER", "QUIVER_SEGMENTS", "LIBRARY"})
  void findsAllWhereEveryRowIsLookedAt(Searcher searcher, @TempDir Path folder) throws Exception {
    try (var searched = searcher.build(Folder.in(folder), rows)) {
      var answers = Answers.of(searched, rows.queries(), Asked.exactly(QUERIES));

      assertThat(Truth.of(rows, Optional.empty()).recall(answers.found())).isEqualTo(1);
    }
  }
}
