package io.quiverdb.core.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.filter.RandomFilters;
import io.quiverdb.core.secondary.Candidates;
import io.quiverdb.core.secondary.WrittenIndex;
import io.quiverdb.core.storage.Seed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What lies below the checksums of a `.sec` file's pages.
final class SecondaryIndexFuzzTest {
  private static final int ROWS = 300;

  @Test
  void streamThatMakesNoSenseIsCorruptOrNamesNoRowBeyondTheSegment() {
    var random = new SplittableRandom(Seed.draw());
    var generator = new RandomFilters(random);

    Fuzz.run(
        streams(generator),
        List.of(),
        3000,
        stream -> {
          var index = WrittenIndex.ofStream(stream);
          for (int query = 0; query < 5; query++) {
            try {
              var candidates = Candidates.of(generator.filter(), index, ROWS);

              assertThat(candidates.possible().isEmpty() || candidates.possible().last() < ROWS)
                  .isTrue();
            } catch (CorruptFileException _) {
              // As it should be.
            }
          }
        });
  }

  /// Whole ones, and those that once did harm.
  private static List<byte[]> streams(RandomFilters generator) {
    var whole =
        Stream.generate(
                () ->
                    WrittenIndex.streamOf(
                        Stream.generate(generator::payload)
                            .map(payload -> payload.getBytes(StandardCharsets.UTF_8))
                            .limit(ROWS)
                            .toList(),
                        generator.fields()))
            .limit(5);
    return Stream.concat(Fuzz.corpus(SecondaryIndexFuzzTest.class, "secondary").stream(), whole)
        .toList();
  }
}
