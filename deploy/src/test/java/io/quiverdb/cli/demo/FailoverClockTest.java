package io.quiverdb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FailoverClockTest {
  private static final long KILL = 1_000_000;
  private final FailoverClock clock = new FailoverClock(Map.of(0, 3L, 2, 5L), KILL);

  @Test
  void gapEndsWithTheFirstWriteOfALaterTerm() {
    var all =
        List.of(
            acknowledgement(0, 3, KILL + 5),
            acknowledgement(0, 4, KILL + 70),
            acknowledgement(0, 4, KILL + 80));

    assertThat(clock.gaps(all)).isEqualTo(Map.of(0, Duration.ofNanos(70)));
  }

  @Test
  void worstIsKnownOnceAllItsShardsHaveTakenWritesAgain() {
    var first = acknowledgement(0, 4, KILL + 70);
    var second = acknowledgement(2, 6, KILL + 90);

    assertThat(clock.worst(List.of(first))).isEmpty();
    assertThat(clock.worst(List.of(first, second))).hasValue(Duration.ofNanos(90));
  }

  @Test
  void otherShardsAndEarlierWritesDoNotCount() {
    var all = List.of(acknowledgement(1, 9, KILL + 1), acknowledgement(0, 4, KILL - 1));

    assertThat(clock.gaps(all)).isEmpty();
    assertThat(clock.countAfterKill(all)).isEqualTo(1);
  }

  @Test
  void timelineShowsTheGap() {
    var all =
        List.of(
            acknowledgement(0, 3, -5),
            acknowledgement(0, 3, -15),
            acknowledgement(0, 3, -15),
            acknowledgement(0, 4, 35));

    assertThat(new WriteTimeline(Duration.ofNanos(10)).draw(all, 0, 0))
        .startsWith("········█▄│···▄···")
        .hasSize(51);
  }

  private static Acknowledgement acknowledgement(int shard, long term, long receivedNanos) {
    return new Acknowledgement("a", "d", shard, term, 1, receivedNanos);
  }
}
