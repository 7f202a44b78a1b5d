package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.Precondition;
import io.quiverdb.core.Query;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Slots;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.Vector;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.barrier.LeaderIndexes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A shard on a store of its own, and a group that logs what it is given.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ReplicatedStoreTest {
  private static final long DOCS = 7;
  private static final int DROPS = 300;

  private final StoreState state =
      new StoreState(
          () ->
              Store.openReplicated(
                  new SimulatedStorage(),
                  StoreOptions.standard(),
                  TestKeyRing.INSTANCE,
                  new UUID(0, 0)));
  private final LoggingGroup group = new LoggingGroup(state);
  private final Queue<Runnable> reads = new ArrayDeque<>();
  private final MetricRegistry metrics = new MetricRegistry();
  private final TestDisk room = new TestDisk();
  private final DiskSpace disk = new DiskSpace(Path.of(""), room);
  private final ReplicatedStore shard =
      new ReplicatedStore(
          0,
          LeadingGroup.SELF,
          group,
          state,
          new LeaderIndexes(
              _ -> {
                throw new AssertionError("asked another node");
              },
              Duration.ofMinutes(5),
              new MetricRegistry()),
          reads::add,
          Runnable::run,
          _ -> {
            throw new AssertionError("compacts");
          },
          () -> false,
          disk,
          new GraphBackpressure(0, () -> 0),
          metrics);

  @BeforeEach
  void createCollection() {
    write(new ShardWrite.SetOwnership(stamp(0), 1, List.of(new SlotRange(0, Slots.COUNT - 1))));
    create(DOCS);
  }

  @AfterEach
  void close() {
    state.close();
  }

  @Test
  void repeatedUpsertKeepsItsOutcomeAfterItsCollectionWasDropped() {
    var upsert = upsert(DOCS, "a");
    var first = write(upsert);
    write(new ShardWrite.DropCollection(stamp(1), DOCS, DOCS + 1));
    long logged = group.logged();

    var again = write(upsert);

    assertThat(first).isInstanceOf(Outcome.Applied.class);
    assertThat(again).isEqualTo(new Outcome.Duplicate(first));
    assertThat(group.logged()).isEqualTo(logged);
  }

  @Test
  void otherWritesAfterTheDropFindNothing() {
    var upsert = upsert(DOCS, "a");
    write(upsert);
    write(new ShardWrite.DropCollection(stamp(1), DOCS, DOCS + 1));

    assertThat(write(upsert(DOCS, "b"))).isEqualTo(new Outcome.NotFound());
    assertThat(write(new ShardWrite.Upsert(upsert.stamp(), DOCS, List.of(point("a"), point("b")))))
        .isEqualTo(new Outcome.RequestIdReused());
  }

  /// Whether the drop comes between looking for the collection and preparing depends on chance.
  @Test
  void upsertThatADropOvertakesFindsNothingAndIsNotInvalid() throws Exception {
    for (long collection = 100; collection < 100 + DROPS; collection++) {
      long dropped = collection;
      create(dropped);
      var together = new CyclicBarrier(2);
      var dropper =
          Thread.ofPlatform()
              .start(
                  () -> {
                    await(together);
                    write(new ShardWrite.DropCollection(stamp(1), dropped, dropped + 1));
                  });
      await(together);
      Outcome outcome;
      do {
        outcome = write(upsert(dropped, "a"));
      } while (outcome instanceof Outcome.Applied);
      dropper.join();

      assertThat(outcome).isEqualTo(new Outcome.NotFound());
    }
  }

  @Test
  void writesAreAnsweredWhileReadsQueue() {
    var count = shard.count(DOCS, Optional.empty());

    var written = shard.write(upsert(DOCS, "a"));

    assertThat(written).isCompleted();
    assertThat(count).isNotDone();
    reads.forEach(Runnable::run);
    assertThat(count.join().value()).isEqualTo(1);
  }

  @Test
  void tooManyReadsAreRefusedUntilOthersEndOrAreGivenUp() {
    List<CompletableFuture<?>> underWay = new ArrayList<>();
    for (int number = 0; number < ReplicatedStore.READS_MAX; number++) {
      underWay.add(shard.count(DOCS, Optional.empty()));
    }

    assertThatThrownBy(shard.count(DOCS, Optional.empty())::join)
        .hasCauseInstanceOf(ShardException.Overloaded.class);
    assertThat(shard.write(upsert(DOCS, "a"))).isCompleted();

    underWay.getFirst().cancel(true);
    var next = shard.count(DOCS, Optional.empty());
    reads.forEach(Runnable::run);
    assertThat(next).isCompleted();
    reads.clear();
    assertThat(shard.count(DOCS, Optional.empty())).isNotDone();
  }

  @Test
  void searchWhoseCallerGivesUpIsStoppedInTheEngine() {
    write(upsert(DOCS, "a"));
    List<CompletableFuture<?>> result = new ArrayList<>();
    var stopped = new AtomicBoolean();
    var query =
        new Query(
            Vector.of(1, 2),
            1,
            Optional.empty(),
            false,
            false,
            true,
            OptionalInt.empty(),
            Optional.empty());
    result.add(
        shard.searched(
            DOCS,
            Consistency.ANY,
            (collection, isUnwanted) -> {
              assertThat(collection.search(query, new QueryStatistics(), isUnwanted)).hasSize(1);
              result.getFirst().cancel(true);
              assertThatThrownBy(() -> collection.search(query, new QueryStatistics(), isUnwanted))
                  .isInstanceOf(CancellationException.class);
              stopped.set(true);
              return List.of();
            }));

    reads.forEach(Runnable::run);

    assertThat(stopped).isTrue();
    assertThat(result.getFirst()).isCancelled();
  }

  @Test
  void writesOfOneEntryAreAppliedInTheirOrderEachWithItsOwnOutcome() {
    group.hold();
    var first = shard.write(upsert(DOCS, "a"));
    var second = shard.write(upsert(DOCS, "b"));
    var repeated = upsert(DOCS, "c");
    var written = shard.write(repeated);
    var again = shard.write(repeated);
    var absent =
        new Point("c", Vector.of(1, 2), Payload.EMPTY, Optional.of(new Precondition.Absent()));
    var refused = shard.write(new ShardWrite.Upsert(stamp(1), DOCS, List.of(absent)));
    long logged = group.logged();
    assertThat(List.of(first, second, written, again, refused))
        .allSatisfy(write -> assertThat(write).isNotDone());

    group.release();

    assertThat(group.logged()).isEqualTo(logged + 3);
    var outcome = written.join().outcome();
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(again.join().outcome()).isEqualTo(new Outcome.Duplicate(outcome));
    assertThat(refused.join().outcome()).isInstanceOf(Outcome.PreconditionFailed.class);
    assertThat(refused.join().position()).isEqualTo(written.join().position());
  }

  /// A view of a store that has just taken the place of a damaged one, which had been further.
  @Test
  void readBehindItsIndexIsNotAnswered() {
    group.readAhead(5);

    var count = shard.count(DOCS, Optional.empty());
    var deleted = shard.deleteMatching(DOCS, 1, new Filter.Exists("a"));
    var absent = shard.write(upsert(DOCS + 1, "a"));
    reads.forEach(Runnable::run);

    assertThat(List.of(count, deleted, absent))
        .allSatisfy(
            answer ->
                assertThatThrownBy(answer::join)
                    .hasRootCauseInstanceOf(ShardException.Unavailable.class)
                    .hasMessageContaining("opened anew"));
  }

  // --- levels

  @Test
  void sessionReadWaitsForWhatWasSeenAndNoBarrier() {
    write(upsert(DOCS, "a"));
    group.failBarrier();
    var now = state.store().position();

    var known = shard.count(DOCS, Optional.empty(), new Consistency.Session(now));
    var ahead = shard.count(DOCS, Optional.empty(), new Consistency.Session(now.next()));
    reads.forEach(Runnable::run);
    reads.clear();

    assertThat(known.join().value()).isEqualTo(1);
    assertThat(known.join().position()).isEqualTo(now);
    assertThat(ahead).isNotDone();

    write(upsert(DOCS, "b"));
    group.applied(now.index() + 1);
    reads.forEach(Runnable::run);

    assertThat(ahead.join().value()).isEqualTo(2);
    assertThat(ahead.join().position()).isEqualTo(now.next());
  }

  @Test
  void sessionReadThatIsGivenUpIsNotWaitedFor() {
    var never = new Position(1, 1, Long.MAX_VALUE);

    var read = shard.count(DOCS, Optional.empty(), new Consistency.Session(never));
    assertThat(group.waiting()).isEqualTo(1);
    read.cancel(true);

    assertThat(group.waiting()).isZero();
  }

  @Test
  void hashThatIsGivenUpIsNotWaitedFor() {
    var hash = shard.hashAt(new Position(1, 1, Long.MAX_VALUE));
    assertThat(group.waiting()).isEqualTo(1);
    hash.cancel(true);

    assertThat(group.waiting()).isZero();
  }

  @Test
  void sessionReadOfAnEarlierEpochIsRefusedAtOnce() {
    var seen = new Position(0, 9, Long.MAX_VALUE);

    var read = shard.get(DOCS, List.of("a"), new Consistency.Session(seen));

    assertThatThrownBy(read::join)
        .hasCauseInstanceOf(ShardException.StaleEpoch.class)
        .hasMessageContaining("epoch is 1 now (expected: 0, which was seen)");
  }

  /// Its index is reached, in a history that is not the one that was seen.
  @Test
  void sessionReadOfALaterEpochIsNotAnswered() {
    var seen = new Position(2, 1, 0);

    var read = shard.get(DOCS, List.of("a"), new Consistency.Session(seen));
    reads.forEach(Runnable::run);

    assertThatThrownBy(read::join)
        .hasCauseInstanceOf(ShardException.Unavailable.class)
        .hasMessageContaining("of epoch 1 here (expected: 2, which was seen)");
  }

  @Test
  void readOfAnyStateWaitsForNothingAndTellsHowOldItMayBe() {
    write(upsert(DOCS, "a"));
    group.failBarrier();
    group.readAhead(5);

    var read = shard.count(DOCS, Optional.empty(), Consistency.ANY);
    reads.forEach(Runnable::run);

    assertThat(read.join())
        .isEqualTo(
            new ReadResult<>(
                1L,
                state.store().position(),
                Optional.of(new Lag(5, OptionalLong.of(LoggingGroup.SILENCE_MILLIS)))));
  }

  @Test
  void readsAreCountedByLevel() {
    var seen = new Consistency.Session(state.store().position());
    for (var level : List.of(Consistency.LINEARIZABLE, seen, seen, Consistency.ANY)) {
      var _ = shard.count(DOCS, Optional.empty(), level);
    }

    assertThat(count("linearizable")).isEqualTo(1);
    assertThat(count("session")).isEqualTo(2);
    assertThat(count("any")).isEqualTo(1);
  }

  private long count(String level) {
    return metrics.counter("quiver.shard.reads.total{level=" + level + ",shard=0}").getCount();
  }

  private void create(long collection) {
    var created =
        write(
            new ShardWrite.CreateCollection(
                stamp(1),
                collection,
                collection,
                "c" + collection,
                new Descriptor(2, Metric.L2_SQUARED),
                Settings.NONE,
                new WrappedKeys(TestKeyRing.INSTANCE.drawCollectionKeys())));
    assertThat(created).isInstanceOf(Outcome.Applied.class);
  }

  private Outcome write(ShardWrite write) {
    return shard.write(write).join().outcome();
  }

  private static ShardWrite.Upsert upsert(long collection, String id) {
    return new ShardWrite.Upsert(stamp(1), collection, List.of(point(id)));
  }

  private static Point point(String id) {
    return new Point(id, Vector.of(1, 2), Payload.EMPTY);
  }

  private static RequestStamp stamp(long epoch) {
    return new RequestStamp(TestClient.stamp().id(), epoch, Optional.empty());
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /// Leads, commits at once unless it holds, and applies before it answers.
  static final class LoggingGroup extends LeadingGroup {
    private final StoreState state;
    private final Queue<Runnable> held = new ArrayDeque<>();
    static final long SILENCE_MILLIS = 1234;

    private final AppliedIndex applied = new AppliedIndex(-1);
    private boolean barrierFails;
    private boolean holds;
    private long ahead;
    private long logged;

    LoggingGroup(StoreState state) {
      this.state = state;
      this.logged = Math.max(0, state.applied().index());
    }

    synchronized long logged() {
      return logged;
    }

    @Override
    public synchronized CompletableFuture<Reply> propose(ByteBuffer entry) {
      var reply = new CompletableFuture<Reply>();
      held.add(() -> reply.complete(commit(entry)));
      if (!holds) {
        release();
      }
      return reply;
    }

    private Reply commit(ByteBuffer entry) {
      logged++;
      return new Reply(state.apply(1, logged, entry), new TermIndex(1, logged));
    }

    /// As if the store had been further when the index was taken, and applied.
    void readAhead(long entries) {
      ahead = entries;
    }

    synchronized void hold() {
      holds = true;
    }

    synchronized void release() {
      holds = false;
      for (var commit = held.poll(); commit != null; commit = held.poll()) {
        commit.run();
      }
    }

    void failBarrier() {
      barrierFails = true;
    }

    /// Those who wait for this index are told.
    void applied(long index) {
      applied.advance(index);
    }

    int waiting() {
      return applied.waiting();
    }

    @Override
    public CompletableFuture<Long> readIndex() {
      return barrierFails
          ? CompletableFuture.failedFuture(new ShardException.Unavailable("no majority"))
          : CompletableFuture.completedFuture(committedIndex());
    }

    @Override
    public CompletableFuture<Void> awaitApplied(long index) {
      return index <= committedIndex()
          ? CompletableFuture.completedFuture(null)
          : applied.reached(index);
    }

    @Override
    public long committedIndex() {
      return state.applied().index() + ahead;
    }

    @Override
    public OptionalLong leaderSilenceMillis() {
      return OptionalLong.of(SILENCE_MILLIS);
    }
  }
}
