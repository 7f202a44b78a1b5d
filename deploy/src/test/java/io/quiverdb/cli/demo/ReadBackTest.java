package io.quiverdb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReadBackTest {
  private final Map<String, String> stored = new HashMap<>();

  @Test
  void allThereAndEqualIsNothingLost() {
    var all = acknowledge(1_000);

    var verdict = readBack().verify(all, Map.of());

    assertThat(verdict.read()).isEqualTo(1_000);
    assertThat(verdict.lost()).isZero();
  }

  @Test
  void missingAndDifferentPointsAreLost() {
    var all = acknowledge(600);
    stored.remove("a17");
    stored.put("a599", "another");

    var verdict = readBack().verify(all, Map.of());

    assertThat(verdict.missing()).containsExactly("a17");
    assertThat(verdict.different()).containsExactly("a599");
    assertThat(verdict.lost()).isEqualTo(2);
  }

  @Test
  void pointsOfUnknownFateMayBeMissingButNotDifferent() {
    stored.put("there", "d");
    stored.put("wrong", "another");

    var verdict = readBack().verify(List.of(), Map.of("there", "d", "absent", "d", "wrong", "d"));

    assertThat(verdict.missing()).isEmpty();
    assertThat(verdict.different()).containsExactly("wrong");
  }

  private ReadBack readBack() {
    return new ReadBack(
        ids -> {
          var found = new HashMap<>(stored);
          found.keySet().retainAll(ids);
          return found;
        },
        read -> {});
  }

  private List<Acknowledgement> acknowledge(int count) {
    var all = new ArrayList<Acknowledgement>();
    IntStream.range(0, count)
        .forEach(
            number -> {
              stored.put("a" + number, "d" + number);
              all.add(new Acknowledgement("a" + number, "d" + number, 0, 1, number, 0));
            });
    return all;
  }
}
