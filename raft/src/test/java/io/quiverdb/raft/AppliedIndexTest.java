package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AppliedIndexTest {
  private final AppliedIndex applied = new AppliedIndex(5);

  @Test
  void whoWaitsIsWokenWhenTheIndexIsReachedAndNotBefore() {
    var six = applied.reached(6);
    var eight = applied.reached(8);

    applied.advance(7);

    assertThat(six).isCompleted();
    assertThat(eight).isNotDone();
    applied.advance(8);
    assertThat(eight).isCompleted();
    assertThat(applied.waiting()).isZero();
  }

  @Test
  void whatIsAppliedAlreadyNeedsNoWait() {
    assertThat(applied.reached(5)).isCompleted();
    assertThat(applied.reached(-1)).isCompleted();
  }

  @Test
  void noMoreMayWaitThanThereIsRoomFor() {
    for (int number = 0; number < AppliedIndex.WAITERS_MAX; number++) {
      assertThat(applied.reached(6)).isNotDone();
    }

    assertThatThrownBy(applied.reached(6)::join)
        .hasCauseInstanceOf(ShardException.Overloaded.class);
    assertThat(applied.reached(5)).isCompleted();
    applied.advance(6);
    assertThat(applied.reached(7)).isNotDone();
  }

  @Test
  void whoWaitsNoMoreMakesRoomForOthers() {
    var given = applied.reached(Long.MAX_VALUE);
    var other = applied.reached(6);

    given.cancel(false);

    assertThat(applied.waiting()).isEqualTo(1);
    applied.advance(6);
    assertThat(other).isCompleted();
  }

  @Test
  void allWhoWaitFailAtTheEndAndSoDoLaterOnes() {
    var waiting = applied.reached(6);

    applied.end(new ShardException.Unavailable("closing"));

    assertThatThrownBy(waiting::join).hasCauseInstanceOf(ShardException.Unavailable.class);
    assertThatThrownBy(applied.reached(7)::join)
        .hasCauseInstanceOf(ShardException.Unavailable.class);
    assertThat(applied.reached(5)).isCompleted();
  }
}
