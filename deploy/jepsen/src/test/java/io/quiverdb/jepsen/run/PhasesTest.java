package io.quiverdb.jepsen.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.workload.Load;
import java.time.Duration;
import java.util.EnumSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class PhasesTest {
  private static final Duration TIME = Duration.ofMinutes(2);

  @Test
  void sameSeedDrawsTheSame() {
    var one = Phases.draw(TIME, 5);
    var other = Phases.draw(TIME, 5);

    assertThat(LongStream.range(0, TIME.toMillis() / 100).map(tick -> tick * 100))
        .allMatch(millis -> one.at(millis) == other.at(millis));
  }

  @Test
  void longRunHasEveryLoad() {
    for (long seed = 0; seed < 20; seed++) {
      var phases = Phases.draw(TIME.multipliedBy(10), seed);
      var seen = EnumSet.noneOf(Load.class);
      for (long millis = 0; millis < 10 * TIME.toMillis(); millis += 100) {
        seen.add(phases.at(millis));
      }
      assertThat(seen).containsExactlyInAnyOrder(Load.values());
    }
  }
}
