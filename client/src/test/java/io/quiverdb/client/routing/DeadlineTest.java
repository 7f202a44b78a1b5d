package io.quiverdb.client.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class DeadlineTest {
  @Test
  void remainingTimeShrinksWithTheClockAcrossItsOverflow() {
    AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
    Deadline deadline = new Deadline(clock::get, Duration.ofNanos(100));

    assertThat(deadline.remainingNanos()).isEqualTo(100);
    clock.addAndGet(60);
    assertThat(deadline.remainingNanos()).isEqualTo(40);
    clock.addAndGet(60);
    assertThat(deadline.remainingNanos()).isEqualTo(-20);
  }
}
