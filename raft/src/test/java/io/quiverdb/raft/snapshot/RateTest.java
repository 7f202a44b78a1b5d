package io.quiverdb.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateTest {
  private long nanos;
  private final Rate rate = new Rate(1_000, () -> nanos);

  @Test
  void whatATenthOfASecondGivesPassesAtOnce() {
    assertThat(rate.reserve(100)).isZero();
  }

  @Test
  void moreWaitsForAsLongAsItTakes() {
    assertThat(rate.reserve(1_100)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    assertThat(rate.reserve(1_000)).isEqualTo(TimeUnit.SECONDS.toNanos(2));
  }

  @Test
  void restGivesNoMoreThanTheBucketHolds() {
    nanos += TimeUnit.HOURS.toNanos(1);

    assertThat(rate.reserve(100)).isZero();
    assertThat(rate.reserve(100)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
  }

  @Test
  void rateOfNothingIsRefused() {
    assertThatThrownBy(() -> new Rate(0, () -> nanos))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bytes per second: 0 (expected: 1 or more)");
  }
}
