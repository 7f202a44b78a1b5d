package io.quiverdb.jepsen.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.workload.Load;
import java.util.EnumSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class PhasesTest {
  private static final long TIME_MILLIS = 120_000;

  @Test
  void sameSeedDrawsTheSame() {
    var one = new Phases(TIME_MILLIS, 5);
    var other = new Phases(TIME_MILLIS, 5);

    assertThat(LongStream.range(0, TIME_MILLIS / 100).map(tick -> tick * 100))
        .allMatch(millis -> one.at(millis) == other.at(millis));
  }

  @Test
  void longRunHasEveryLoad() {
    for (long seed = 0; seed < 20; seed++) {
      var phases = new Phases(10 * TIME_MILLIS, seed);
      var seen = EnumSet.noneOf(Load.class);
      for (long millis = 0; millis < 10 * TIME_MILLIS; millis += 100) {
        seen.add(phases.at(millis));
      }
      assertThat(seen).containsExactlyInAnyOrder(Load.values());
    }
  }
}
