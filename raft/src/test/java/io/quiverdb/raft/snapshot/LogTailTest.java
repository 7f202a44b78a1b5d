package io.quiverdb.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogTailTest {
  private static final PublishedCheckpoint NONE = new PublishedCheckpoint(0, -1);
  private static final Duration HOLD = Duration.ofSeconds(30);

  private long nanos;
  private boolean diskFilling;
  private final LogTail tail = new LogTail(NONE, 0, 100, () -> nanos, () -> diskFilling);

  private static PublishedCheckpoint at(long index) {
    return new PublishedCheckpoint(1, index);
  }

  @Test
  void oldestCheckpointIsToldThatLeavesNoMoreThanTheTail() {
    tail.checkpointed(at(10), 50);
    assertThat(tail.publish(60)).isEqualTo(NONE);

    tail.checkpointed(at(20), 120);
    assertThat(tail.publish(130)).isEqualTo(at(10));
    assertThat(tail.publish(151)).isEqualTo(at(20));
  }

  @Test
  void newestIsToldIfAllLeaveMore() {
    tail.checkpointed(at(10), 50);
    tail.checkpointed(at(20), 120);

    assertThat(tail.publish(1_000)).isEqualTo(at(20));
  }

  @Test
  void whatWasToldNeverGoesBack() {
    tail.checkpointed(at(20), 120);
    assertThat(tail.publish(1_000)).isEqualTo(at(20));

    tail.checkpointed(at(15), 1_000);
    tail.hold(3, HOLD);

    assertThat(tail.publish(1_000)).isEqualTo(at(20));
    assertThat(tail.published()).isEqualTo(at(20));
  }

  @Test
  void nothingBeyondAHoldIsToldUntilItEnds() {
    tail.checkpointed(at(10), 50);
    tail.checkpointed(at(20), 120);
    tail.hold(12, HOLD);

    assertThat(tail.publish(1_000)).isEqualTo(at(10));

    nanos += HOLD.toNanos();
    assertThat(tail.publish(1_000)).isEqualTo(at(20));
  }

  @Test
  void lowestOfSeveralHoldsCounts() {
    tail.checkpointed(at(10), 50);
    tail.checkpointed(at(20), 120);
    tail.hold(12, HOLD);
    tail.hold(25, HOLD);

    assertThat(tail.publish(1_000)).isEqualTo(at(10));
  }

  @Test
  void holdThatHasEndedDoesNotCountForTheNextOne() {
    tail.checkpointed(at(10), 50);
    tail.checkpointed(at(20), 120);
    tail.hold(12, HOLD);
    nanos += HOLD.toNanos();
    tail.hold(25, HOLD);

    assertThat(tail.publish(1_000)).isEqualTo(at(20));
  }

  @Test
  void holdThatIsNotRenewedEndsThoughOthersAre() {
    tail.checkpointed(at(10), 50);
    tail.checkpointed(at(20), 120);
    tail.hold(12, HOLD);
    nanos += HOLD.toNanos() / 2;
    tail.hold(25, HOLD);
    assertThat(tail.publish(1_000)).isEqualTo(at(10));

    nanos += HOLD.toNanos() / 2;

    assertThat(tail.publish(1_000)).isEqualTo(at(20));
  }

  @Test
  void diskThatFillsUpEndsAHold() {
    tail.checkpointed(at(10), 50);
    tail.checkpointed(at(20), 120);
    tail.hold(12, HOLD);
    diskFilling = true;

    assertThat(tail.publish(1_000)).isEqualTo(at(20));
  }

  @Test
  void manySmallCheckpointsAreThinnedOut() {
    long last = 10L * LogTail.CHECKPOINTS_MAX;
    for (long index = 0; index <= last; index++) {
      tail.checkpointed(at(index), index);
    }

    assertThat(tail.publish(last).index()).isBetween(last - 100, last);
    assertThat(tail.publish(last + 100).index()).isEqualTo(last);
  }
}
