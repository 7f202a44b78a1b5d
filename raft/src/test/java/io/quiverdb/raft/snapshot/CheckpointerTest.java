package io.quiverdb.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.raft.snapshot.Checkpointer.Checkpointed;
import io.quiverdb.raft.snapshot.Checkpointer.Triggers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointerTest {
  private static final Triggers TRIGGERS = new Triggers(100, 1_000, Duration.ofMinutes(5));

  private final List<Runnable> running = new ArrayList<>();
  private final FakeShard shard = new FakeShard();
  private long nanos;
  private final Checkpointer checkpointer = new Checkpointer(TRIGGERS, () -> nanos, running::add);

  CheckpointerTest() {
    checkpointer.watch(shard);
  }

  @Test
  void fullBufferIsWritten() {
    shard.bufferBytes = 99;
    assertThat(checkpointsAtTick()).isZero();

    shard.bufferBytes = 100;
    assertThat(checkpointsAtTick()).isEqualTo(1);
  }

  @Test
  void longLogSinceTheLastCheckpointIsWritten() {
    shard.loggedBytes = 1_000;
    assertThat(checkpointsAtTick()).isEqualTo(1);

    shard.loggedBytes = 1_999;
    assertThat(checkpointsAtTick()).isZero();
    shard.loggedBytes = 2_000;
    assertThat(checkpointsAtTick()).isEqualTo(1);
  }

  @Test
  void whatIsPendingForLongIsWritten() {
    nanos = Duration.ofMinutes(5).minusNanos(1).toNanos();
    assertThat(checkpointsAtTick()).isZero();

    nanos++;
    assertThat(checkpointsAtTick()).isEqualTo(1);
    assertThat(checkpointsAtTick()).isZero();
  }

  @Test
  void nothingPendingIsNotWritten() {
    shard.pending = false;
    shard.bufferBytes = 1_000;
    nanos = Duration.ofHours(1).toNanos();

    assertThat(checkpointsAtTick()).isZero();
  }

  @Test
  void oneIsMadeAtATime() {
    shard.bufferBytes = 100;

    checkpointer.tick();
    checkpointer.tick();

    assertThat(running).hasSize(1);
  }

  @Test
  void failureEndsOnlyThatCheckpoint() {
    shard.bufferBytes = 100;
    shard.fails = true;
    assertThat(checkpointsAtTick()).isZero();

    shard.fails = false;
    assertThat(checkpointsAtTick()).isEqualTo(1);
  }

  private int checkpointsAtTick() {
    int before = shard.checkpoints;
    checkpointer.tick();
    List.copyOf(running).forEach(Runnable::run);
    running.clear();
    return shard.checkpoints - before;
  }

  private static final class FakeShard implements Checkpointed {
    private boolean pending = true;
    private boolean fails;
    private long bufferBytes;
    private long loggedBytes;
    private int checkpoints;

    @Override
    public boolean pending() {
      return pending;
    }

    @Override
    public long bufferBytes() {
      return bufferBytes;
    }

    @Override
    public long loggedBytes() {
      return loggedBytes;
    }

    @Override
    public void checkpoint() {
      if (fails) {
        throw new IllegalStateException("disk");
      }
      checkpoints++;
    }
  }
}
