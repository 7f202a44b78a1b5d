package io.quiverdb.core.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.filter.PayloadFilter;
import io.quiverdb.core.filter.RandomFilters;
import io.quiverdb.core.secondary.Candidates;
import io.quiverdb.core.secondary.WrittenIndex;
import io.quiverdb.core.storage.Seed;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Payloads come from anybody: none does harm, and an index says of each what reading it says.
final class PayloadFuzzTest {
  private static final List<String> WORDS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"a\":",
          "\"b\":",
          "\"o\":{",
          "\"é\":",
          "null",
          "true",
          "\"\\ud800\"",
          "\"\\ud83d\\ude00\"",
          "\"\\u0000\"",
          "9007199254740993",
          "1e400",
          "-0.0",
          "4.9e-324",
          "1e-400",
          "NaN",
          "\ufeff",
          "[[[[[[[[",
          "\"\\");

  @Test
  void indexSaysOfEveryPayloadWhatReadingItSays() {
    var random = new SplittableRandom(Seed.draw());
    var generator = new RandomFilters(random);

    Fuzz.run(
        Fuzz.corpus(PayloadFuzzTest.class, "payload"),
        WORDS,
        5000,
        payload -> {
          var filter = generator.filter();
          var index = WrittenIndex.of(List.of(payload), generator.fields(), Long.MAX_VALUE);

          var candidates = Candidates.of(filter, index, 1);

          boolean matches = PayloadFilter.of(filter).matches(MemorySegment.ofArray(payload));
          assertThat(candidates.certain().contains(0)).as("%s", filter).isIn(matches, false);
          assertThat(candidates.possible().contains(0)).as("%s", filter).isIn(matches, true);
        });
  }
}
