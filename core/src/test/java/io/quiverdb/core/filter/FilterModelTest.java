package io.quiverdb.core.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.storage.Seed;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class FilterModelTest {
  private static final int FILTERS = 2000;
  private static final int PAYLOADS = 50;

  @Test
  void filtersSayOfPayloadsWhatAModelSays() {
    var filters = new RandomFilters(new SplittableRandom(Seed.draw()));
    int matches = 0;

    for (int round = 0; round < FILTERS; round++) {
      var filter = filters.filter();
      var compiled = PayloadFilter.of(filter);
      for (int one = 0; one < PAYLOADS; one++) {
        var payload = filters.payload();
        boolean expected = ModelFilter.matches(filter, payload);

        assertThat(compiled.matches(memory(payload)))
            .as("%s of %s", filter, payload)
            .isEqualTo(expected);
        matches += expected ? 1 : 0;
      }
    }

    assertThat(matches).isBetween(FILTERS, FILTERS * PAYLOADS - FILTERS);
  }

  private static MemorySegment memory(String payload) {
    return MemorySegment.ofArray(payload.getBytes(StandardCharsets.UTF_8));
  }
}
