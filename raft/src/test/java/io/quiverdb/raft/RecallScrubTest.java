package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.Vector;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.barrier.LeaderIndexes;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecallScrubTest {
  private static final long DOCS = 7;
  private static final int ROWS = 300;

  @TempDir Path directory;

  private final Random random = new Random(Seed.draw());
  private final MetricRegistry registry = new MetricRegistry();
  private final ReplicaMetrics metrics = new ReplicaMetrics(registry);
  private final Queue<Runnable> begun = new ArrayDeque<>();
  private long nanos;
  private HostedGroups hosted;

  @BeforeEach
  void open() throws IOException {
    hosted =
        new HostedGroups(
            directory,
            FileStorage.at(directory),
            StoreOptions.PAGE_CACHE_BYTES,
            new Indexing(new VectorBudget(1L << 30), 1, ROWS),
            new SecureRandom(),
            () -> TestKeyRing.INSTANCE,
            shard -> new UUID(1, shard.number()),
            FeatureLevels.CURRENT,
            StoreState::new);
    for (int number = 0; number < 2; number++) {
      var shard = new ShardGroup(number);
      var _ = hosted.state(shard);
      var state = hosted.shard(number).orElseThrow();
      metrics.registerStore(shard, state);
      write(state);
      state.checkpoint();
    }
  }

  @AfterEach
  void close() {
    hosted.close();
  }

  @Test
  void shardIsSampledOnceAMinuteAndNeverTwoAtOnce() {
    index(0);
    index(1);
    var scrub = scrub(ROWS);
    pass(scrub, Duration.ofSeconds(59));
    assertThat(begun).isEmpty();

    pass(scrub, Duration.ofSeconds(1));
    assertThat(begun).hasSize(1);
    pass(scrub, Duration.ofHours(1));
    assertThat(begun).hasSize(1);
    runBegun();
    pass(scrub, Duration.ZERO);
    runBegun();

    assertThat(queries(0)).isEqualTo(1);
    assertThat(queries(1)).isEqualTo(1);
    pass(scrub, Duration.ZERO);
    assertThat(begun).isEmpty();
  }

  /// However long each takes.
  @Test
  void shardsTakeTurns() {
    index(0);
    index(1);
    var scrub = scrub(ROWS);
    for (int turn = 0; turn < 6; turn++) {
      pass(scrub, Duration.ofMinutes(5));
      runBegun();
    }

    assertThat(queries(0)).isEqualTo(3);
    assertThat(queries(1)).isEqualTo(3);
  }

  @Test
  void figureIsShownOnceThereIsOne() {
    index(0);
    var scrub = scrub(ROWS);
    assertThat(hosted.shard(0).orElseThrow().recall().recent()).isEmpty();
    assertThat(registry.getGauges()).doesNotContainKey("quiver.store.recall.at.10{shard=0}");

    minute(scrub);

    var recall = hosted.shard(0).orElseThrow().recall().recent().orElseThrow();
    assertThat(recall.expected()).isEqualTo(10);
    assertThat(registry.getGauges())
        .hasEntrySatisfying(
            "quiver.store.recall.at.10{shard=0}",
            gauge -> assertThat(gauge.getValue()).isEqualTo(recall.atTen()));
  }

  @Test
  void rowsOfSeveralMinutesAreSavedUpForALargeCollection() {
    index(0);
    var scrub = scrub(ROWS / 3);
    for (int sample = 1; sample <= 3; sample++) {
      minute(scrub);
      minute(scrub);
      assertThat(queries(0)).isEqualTo(sample - 1);
      minute(scrub);
      assertThat(queries(0)).isEqualTo(sample);
    }
  }

  @Test
  void noMoreIsSavedUpThanASampleTakes() {
    var scrub = scrub(ROWS / 3);
    for (int minutes = 0; minutes < 10; minutes++) {
      minute(scrub);
    }
    index(0); // Before, there was nothing to save up for.
    minute(scrub);
    minute(scrub);
    assertThat(queries(0)).isZero();
    minute(scrub);
    assertThat(queries(0)).isEqualTo(1);
  }

  @Test
  void withoutAGraphNothingIsShown() {
    var scrub = scrub(10 * ROWS);

    minute(scrub);
    minute(scrub);

    assertThat(queries(0)).isZero();
    assertThat(registry.getGauges()).doesNotContainKey("quiver.store.recall.at.10{shard=0}");
  }

  @Test
  void zeroRowsTurnItOff() {
    index(0);
    var scrub = scrub(0);

    pass(scrub, Duration.ofHours(1));
    pass(scrub, Duration.ofHours(1));

    assertThat(begun).isEmpty();
  }

  @Test
  void storeThatIsClosedMeanwhileDoesNotEndTheSamplesOfOthers() {
    index(0);
    index(1);
    var scrub = scrub(ROWS);
    pass(scrub, Duration.ofMinutes(1));
    hosted.shard(0).orElseThrow().close();
    runBegun();
    pass(scrub, Duration.ZERO);
    runBegun();

    assertThat(queries(0)).isZero();
    assertThat(queries(1)).isEqualTo(1);
  }

  private RecallScrub scrub(long rowsPerMinute) {
    var scrub = new RecallScrub(hosted, rowsPerMinute, metrics, random, () -> nanos, begun::add);
    scrub.tick();
    return scrub;
  }

  private void pass(RecallScrub scrub, Duration time) {
    nanos += time.toNanos();
    scrub.tick();
  }

  /// All that comes due in it.
  private void minute(RecallScrub scrub) {
    pass(scrub, Duration.ofMinutes(1));
    while (!begun.isEmpty()) {
      runBegun();
      scrub.tick();
    }
  }

  private void runBegun() {
    begun.remove().run();
  }

  private long queries(int shard) {
    return hosted.shard(shard).orElseThrow().recall().queries();
  }

  private void index(int shard) {
    assertThat(hosted.shard(shard).orElseThrow().store().indexSegments()).isEqualTo(1);
  }

  private void write(StoreState state) {
    var shard = shard(state);
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
    List<Point> points = new ArrayList<>();
    for (int number = 0; number < ROWS; number++) {
      var vector = Vector.of((float) random.nextGaussian(), (float) random.nextGaussian());
      points.add(new Point("p" + number, vector, Payload.EMPTY));
    }
    assertThat(shard.write(new ShardWrite.Upsert(stamp(), DOCS, points)).join().outcome())
        .isInstanceOf(Outcome.Applied.class);
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
        new GraphBackpressure(0, () -> 0),
        new MetricRegistry());
  }

  private static RequestStamp stamp() {
    return new RequestStamp(new RequestId(UUID.randomUUID()), 1, Optional.empty());
  }
}
