package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Slots;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.Vector;
import io.quiverdb.core.background.Background.Triggers;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.raft.barrier.LeaderIndexes;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Writes come faster than graphs are built. No graph is built here but when a test says so.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class GraphBackpressureTest {
  private static final long DOCS = 7;
  private static final int ROWS_MAX = 1_000;
  private static final int BATCH = 300;
  private static final GroupKey SHARD = new GroupKey.ShardGroup(0);

  private final SimulatedStorage storage = new SimulatedStorage();

  /// A second passes at each look, so that every count is a new one.
  private final AtomicLong nanos = new AtomicLong();

  private int nextId;

  @Test
  void writesAreNotSlowedBelowHalfOfTheBoundAndMoreAndMoreAboveIt() {
    var rows = new AtomicLong();
    var graphs = new GraphBackpressure(ROWS_MAX, rows::get);

    assertThat(graphs.delay(SHARD)).isZero();
    rows.set(500);
    assertThat(graphs.delay(SHARD)).isZero();
    rows.set(750);
    assertThat(graphs.delay(SHARD)).isEqualTo(Duration.ofMillis(250));
    rows.set(999);
    assertThat(graphs.delay(SHARD))
        .isGreaterThan(Duration.ofMillis(990))
        .isLessThan(GraphBackpressure.DELAY_MAX);
    rows.set(1_000);
    assertThatThrownBy(() -> graphs.delay(SHARD))
        .isInstanceOf(ShardException.Overloaded.class)
        .hasMessage("shard 0: 1000 rows wait for a graph (expected: fewer than 1000)");
    rows.set(999);
    assertThat(graphs.delay(SHARD)).isPositive();
  }

  @Test
  void nothingIsSlowedWithoutABound() {
    assertThat(new GraphBackpressure(0, () -> Long.MAX_VALUE).delay(SHARD)).isZero();
  }

  @Test
  void fastWritesAreRefusedAtTheBoundAndGoOnWhenGraphsAreBuilt() {
    try (var state = open(new VectorBudget(1L << 30))) {
      var shard = shard(state);
      createCollection(shard);
      for (int batch = 0; batch < 4; batch++) {
        assertThat(upsert(shard)).isInstanceOf(Outcome.Applied.class);
        state.checkpoint();
      }
      assertThat(state.rowsAwaitingGraphs()).isEqualTo(4 * BATCH);

      assertThatThrownBy(() -> upsert(shard))
          .hasCauseInstanceOf(ShardException.Overloaded.class)
          .hasMessageContaining("1200 rows wait for a graph (expected: fewer than 1000)");
      assertThat(
              shard.write(ShardWrite.Delete.ofIds(stamp(), DOCS, List.of("p0"))).join().outcome())
          .isInstanceOf(Outcome.Applied.class);

      assertThat(state.store().indexSegments()).isEqualTo(4);
      assertThat(upsert(shard)).isInstanceOf(Outcome.Applied.class);
    }
  }

  @Test
  void graphsThatTheBudgetHasNoRoomForNeverHoldWritesBack() {
    try (var state = open(new VectorBudget(0))) {
      var shard = shard(state);
      createCollection(shard);
      for (int batch = 0; batch < 5; batch++) {
        assertThat(upsert(shard)).isInstanceOf(Outcome.Applied.class);
        state.checkpoint();
      }
      assertThat(state.store().indexSegments()).isZero();

      assertThat(state.rowsAwaitingGraphs()).isZero();
      assertThat(upsert(shard)).isInstanceOf(Outcome.Applied.class);
      assertThat(state.store().stats().index().refusedRows()).isEqualTo(5 * BATCH);
    }
  }

  @Test
  void restartHoldsNobodyBack() {
    try (var state = open(new VectorBudget(1L << 30))) {
      var shard = shard(state);
      createCollection(shard);
      for (int batch = 0; batch < 4; batch++) {
        assertThat(upsert(shard)).isInstanceOf(Outcome.Applied.class);
        state.checkpoint();
      }
    }
    try (var state = open(new VectorBudget(1L << 30))) {
      var shard = shard(state);
      assertThat(state.rowsAwaitingGraphs()).isZero();
      assertThat(state.store().stats().index().waitingRows()).isEqualTo(4 * BATCH);

      assertThat(upsert(shard)).isInstanceOf(Outcome.Applied.class);
    }
  }

  private StoreState open(VectorBudget budget) {
    return new StoreState(
        () ->
            Store.openReplicated(
                storage,
                new StoreOptions(
                    new SecureRandom(),
                    () -> nanos.addAndGet(TimeUnit.SECONDS.toNanos(1)),
                    Triggers.STANDARD,
                    new PageCache(1 << 20),
                    new Indexing(budget, 1, BATCH)),
                TestKeyRing.INSTANCE,
                new UUID(0, 0)));
  }

  private static ReplicatedStore shard(StoreState state) {
    return new ReplicatedStore(
        0,
        LeadingGroup.SELF,
        new ReplicatedStoreTest.LoggingGroup(state),
        state,
        new LeaderIndexes(
            _ -> {
              throw new AssertionError("asked another node");
            },
            Duration.ofMinutes(5),
            new MetricRegistry()),
        Runnable::run,
        Runnable::run,
        _ -> {
          throw new AssertionError("compacts");
        },
        () -> false,
        new DiskSpace(Path.of(""), new TestDisk()),
        new GraphBackpressure(ROWS_MAX, state::rowsAwaitingGraphs),
        new MetricRegistry());
  }

  private void createCollection(ReplicatedStore shard) {
    var _ =
        shard
            .write(
                new ShardWrite.SetOwnership(
                    new RequestStamp(new RequestId(UUID.randomUUID()), 0, Optional.empty()),
                    1,
                    List.of(new SlotRange(0, Slots.COUNT - 1))))
            .join();
    var _ =
        shard
            .write(
                new ShardWrite.CreateCollection(
                    stamp(),
                    DOCS,
                    DOCS,
                    "docs",
                    new Descriptor(2, Metric.L2_SQUARED),
                    Settings.NONE,
                    new WrappedKeys(TestKeyRing.INSTANCE.drawCollectionKeys())))
            .join();
  }

  private Outcome upsert(ReplicatedStore shard) {
    List<Point> points = new ArrayList<>();
    for (int index = 0; index < BATCH; index++) {
      points.add(new Point("p" + nextId, Vector.of(nextId % 17, nextId), Payload.EMPTY));
      nextId++;
    }
    return shard.write(new ShardWrite.Upsert(stamp(), DOCS, points)).join().outcome();
  }

  private static RequestStamp stamp() {
    return new RequestStamp(new RequestId(UUID.randomUUID()), 1, Optional.empty());
  }
}
