package io.quiverdb.jepsen.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
  private static final Duration TIME = Duration.ofSeconds(90);

  @Test
  void sameSeedDrawsTheSame() {
    var nemeses = List.of("kill", "pause");

    assertThat(Schedule.draw(nemeses, TIME, 7)).isEqualTo(Schedule.draw(nemeses, TIME, 7));
    assertThat(Schedule.draw(nemeses, TIME, 7)).isNotEqualTo(Schedule.draw(nemeses, TIME, 8));
  }

  @Test
  void everyNemesisHasItsTurnBeforeOneHasASecond() {
    for (long seed = 0; seed < 100; seed++) {
      var nemeses = List.of("kill", "pause", "kill-all");
      var firsts =
          Schedule.draw(nemeses, TIME, seed).steps().stream()
              .limit(3)
              .map(Schedule.Step::nemesis)
              .collect(Collectors.toSet());

      assertThat(firsts).hasSize(3);
    }
  }

  @Test
  void threeMinutesHaveTwentyFaults() {
    for (long seed = 0; seed < 10_000; seed++) {
      assertThat(Schedule.draw(List.of("kill", "pause"), Duration.ofMinutes(3), seed).steps())
          .as("seed %d", seed)
          .hasSizeGreaterThanOrEqualTo(20);
    }
  }

  @Test
  void everythingIsOverBeforeTheClientsStop() {
    for (long seed = 0; seed < 100; seed++) {
      assertThat(Schedule.draw(List.of("kill", "pause"), TIME, seed).steps())
          .isNotEmpty()
          .allMatch(step -> step.begin().plus(step.length()).compareTo(TIME) < 0);
    }
  }

  @Test
  void thoseThatLastGoOnBesideTheOthers() {
    for (long seed = 0; seed < 100; seed++) {
      var steps =
          Schedule.draw(List.of("membership", "kill", "transfer", "snapshot-storm"), TIME, seed)
              .steps();

      for (var lasting : List.of("membership", "snapshot-storm")) {
        var own = steps.stream().filter(step -> step.nemesis().equals(lasting)).toList();
        assertThat(own.stream().mapToLong(step -> step.length().toMillis()).sum())
            .as("%s of seed %d", lasting, seed)
            .isGreaterThan(TIME.toMillis() * 3 / 4);
        for (int at = 1; at < own.size(); at++) {
          assertThat(own.get(at).begin())
              .isGreaterThanOrEqualTo(own.get(at - 1).begin().plus(own.get(at - 1).length()));
        }
      }
      assertThat(steps.stream().map(Schedule.Step::nemesis)).contains("kill", "transfer");
      assertThat(steps).allMatch(step -> step.begin().plus(step.length()).compareTo(TIME) < 0);
    }
  }

  @Test
  void withoutANemesisNothingHappens() {
    assertThat(Schedule.draw(List.of(), TIME, 1).steps()).isEmpty();
  }
}
