package io.quiverdb.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TrialsTest {
  private record Outcome(double seconds, double rows) {}

  private static Trials<Outcome> trials() throws Exception {
    return Trials.run(5, number -> new Outcome(number + 1, 0));
  }

  @Test
  void medianOfAllTimesIsHeldAgainstTheLimit() throws Exception {
    var met = trials().median("name", "s", Outcome::seconds, 3, Target.atMost(1));
    var missed = trials().median("name", "s", Outcome::seconds, 2.9, Target.atMost(1));

    assertThat(met.ours().rounds())
        .extracting(Round::figure)
        .containsExactly(1.0, 2.0, 3.0, 4.0, 5.0);
    assertThat(met.ratio()).isEqualTo(1);
    assertThat(met.targetMet()).isTrue();
    assertThat(missed.targetMet()).isFalse();
  }

  @Test
  void quantileIsHeldAgainstTheLimitThoughTheMedianWouldMeetIt() throws Exception {
    var result = trials().quantile("name", "s", 0.99, Outcome::seconds, 4, Target.atMost(1));

    assertThat(result.ours().median()).isCloseTo(4.96, within(1e-9));
    assertThat(result.targetMet()).isFalse();
  }

  @Test
  void nothingAtAllMeetsTheLimitOfNothingAndOneDoesNot() throws Exception {
    assertThat(trials().median("n", "rows", Outcome::rows, 1_000, Target.atMost(0)).targetMet())
        .isTrue();
    assertThat(trials().median("n", "rows", Outcome::seconds, 1_000, Target.atMost(0)).targetMet())
        .isFalse();
  }

  @Test
  void metricsAreSummedByTheBeginningsOfTheirLines() {
    var page =
        new MetricsPage(
            List.of(
                "# HELP rows_total Rows",
                "rows_total{shard=\"1\"} 3.0",
                "rows_total{shard=\"2\"} 4.0",
                "rows_total_of_others{shard=\"1\"} 100.0"));

    assertThat(page.sum("rows_total{")).isEqualTo(7);
    assertThat(page.sum("none{")).isZero();
  }
}
