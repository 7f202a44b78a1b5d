package io.quiverdb.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContestTest {
  private final List<String> turns = new ArrayList<>();

  @Test
  void contestantsTakeTurnsAndTheFirstRoundOfEachDoesNotCount() throws Exception {
    var contest = contest(Target.atLeast(0.5));

    var result = contest.run(5);

    assertThat(turns).hasSize(12).startsWith("ours", "reference", "ours", "reference");
    assertThat(result.ours().rounds()).hasSize(5);
    // Rounds of ours give 1, 2, 3, …, and the 1 does not count.
    assertThat(result.ours().median()).isEqualTo(4);
    assertThat(result.ratio()).isEqualTo(0.4);
    assertThat(result.targetMet()).isFalse();
  }

  @Test
  void fewerThanFiveRoundsAreRefused() {
    assertThatThrownBy(() -> contest(Target.atMost(1)).run(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rounds: 4 (expected: at least 5)");
  }

  private Contest contest(Target target) {
    return new Contest(
        "name",
        "unit",
        "ours",
        () -> {
          turns.add("ours");
          return turns.stream().filter("ours"::equals).count();
        },
        "reference",
        () -> {
          turns.add("reference");
          return 10;
        },
        target);
  }

  @Test
  void quantileLiesBetweenTheNearestFigures() {
    var sorted = new double[] {1, 2, 4};

    assertThat(Series.quantile(sorted, 0.5)).isEqualTo(2);
    assertThat(Series.quantile(sorted, 0.75)).isCloseTo(3, within(1e-9));
    assertThat(Series.quantile(sorted, 1)).isEqualTo(4);
  }

  @Test
  void anyRatioMeetsAFigureThatIsOnlyReported() {
    assertThat(Target.reported().isMetBy(0)).isTrue();
    assertThat(Target.reported().isMetBy(Double.POSITIVE_INFINITY)).isTrue();
    assertThat(Target.atMost(1).isMetBy(Double.POSITIVE_INFINITY)).isFalse();
  }

  @Test
  void roundIsDisturbedWhenOthersTookMoreThanATenthOfTheMachine() {
    assertThat(new Round(1, 1, 1, OptionalDouble.of(0.11)).disturbed()).isTrue();
    assertThat(new Round(1, 1, 1, OptionalDouble.of(0.1)).disturbed()).isFalse();
    assertThat(new Round(1, 1, 1, OptionalDouble.empty()).disturbed()).isFalse();
  }

  @Test
  void resultsAreWrittenForPeopleAndForPrograms(@TempDir Path directory) throws Exception {
    var result = contest(Target.atMost(1)).run(5);

    ResultFiles.write(directory, "engine", "the command", List.of(result));

    assertThat(Files.readString(directory.resolve("engine.md")))
        .contains("`the command`")
        .contains("| 0.40 | ≤ 1.00 × | yes |");
    assertThat(Files.readString(directory.resolve("engine.json")))
        .contains("\"target_met\" : true");
  }
}
