package io.quiverdb.core.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.background.Background.Triggers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BackgroundTest {
  private static final Triggers TRIGGERS = new Triggers(100, 250, 1_000, Duration.ofMinutes(5));

  private final List<Runnable> running = new ArrayList<>();
  private final FakeShard shard = new FakeShard();
  private long nanos;
  private final List<Runnable> compacting = new ArrayList<>();
  private final List<Runnable> indexing = new ArrayList<>();
  private final Background background =
      new Background(TRIGGERS, () -> nanos, running::add, compacting::add, indexing::add);

  BackgroundTest() {
    background.watch(shard);
    runAll(compacting);
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

    background.tick();
    background.tick();

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

  @Test
  void largestAreWrittenUntilAllFitTheBudget() {
    var shards = List.of(new FakeShard(), new FakeShard(), new FakeShard());
    shards.forEach(background::watch);
    shards.get(0).bufferBytes = 80;
    shards.get(1).bufferBytes = 90;
    shards.get(2).bufferBytes = 79;
    background.tick();
    assertThat(running).isEmpty();

    shard.bufferBytes = 1;
    background.tick();
    runAll(running);

    assertThat(shards).extracting(each -> each.checkpoints).containsExactly(0, 1, 0);
  }

  @Test
  void whatIsBeingWrittenIsNotCountedAgain() {
    var other = new FakeShard();
    background.watch(other);
    shard.bufferBytes = 240;
    other.bufferBytes = 99;

    background.tick();
    background.tick();

    assertThat(running).hasSize(1);
  }

  @Test
  void fullWhenAllThatIsInMemoryTakesTheBudgetWhetherItIsBeingWrittenOrNot() {
    var other = new FakeShard();
    background.watch(other);
    shard.bufferBytes = 150;
    background.tick();
    other.bufferBytes = 99;
    assertThat(background.isFull()).isFalse();

    other.bufferBytes = 100;
    assertThat(background.isFull()).isTrue();
  }

  @Test
  void checkpointIsFollowedByOneCompactionAtATime() {
    shard.bufferBytes = 100;
    assertThat(checkpointsAtTick()).isEqualTo(1);
    assertThat(checkpointsAtTick()).isEqualTo(1);
    assertThat(compacting).hasSize(1);
    assertThat(shard.compactions).isEqualTo(1);

    runAll(compacting);

    assertThat(shard.compactions).isEqualTo(2);
  }

  @Test
  void compactionAskedForDuringAnotherFollowsIt() {
    shard.bufferBytes = 100;
    assertThat(checkpointsAtTick()).isEqualTo(1);
    shard.duringCompaction = () -> assertThat(checkpointsAtTick()).isEqualTo(1);

    compacting.removeFirst().run();
    shard.duringCompaction = () -> {};

    assertThat(compacting).hasSize(1);
    runAll(compacting);
    assertThat(compacting).isEmpty();
  }

  @Test
  void segmentThatLacksAnIndexIsGivenOneAndOnePassRunsAtATime() {
    shard.indexingDue = true;
    background.tick();
    background.tick();

    assertThat(indexing).hasSize(1);
    runAll(indexing);
    assertThat(shard.indexings).isEqualTo(1);

    background.tick();
    assertThat(indexing).hasSize(1);
  }

  @Test
  void indexingThatFailsIsTriedAgainWhileItIsDue() {
    shard.indexingDue = true;
    shard.fails = true;
    background.tick();
    runAll(indexing);
    shard.fails = false;
    background.tick();
    runAll(indexing);

    assertThat(shard.indexings).isEqualTo(1);
  }

  @Test
  void nothingIsIndexedWithoutNeed() {
    background.tick();

    assertThat(indexing).isEmpty();
  }

  @Test
  void forgottenStoreIsLeftAlone() {
    shard.bufferBytes = 100;

    background.forget(shard);

    assertThat(checkpointsAtTick()).isZero();
  }

  private static void runAll(List<Runnable> tasks) {
    var due = List.copyOf(tasks);
    tasks.clear();
    due.forEach(Runnable::run);
  }

  private int checkpointsAtTick() {
    int before = shard.checkpoints;
    background.tick();
    runAll(running);
    return shard.checkpoints - before;
  }

  private static final class FakeShard implements BackgroundTarget {
    private boolean pending = true;
    private boolean fails;
    private long bufferBytes;
    private long loggedBytes;
    private int checkpoints;
    private int compactions;
    private boolean indexingDue;
    private int indexings;
    private Runnable duringCompaction = () -> {};

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

    @Override
    public void compact() {
      compactions++;
      duringCompaction.run();
    }

    @Override
    public boolean isIndexingDue() {
      return indexingDue;
    }

    @Override
    public void index() {
      if (fails) {
        throw new IllegalStateException("memory");
      }
      indexings++;
    }
  }
}
