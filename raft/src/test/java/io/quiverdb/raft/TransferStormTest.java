package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.jepsen.checker.LinearizabilityChecker;
import io.quiverdb.jepsen.checker.Verdict;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Writers and readers of a few keys while leadership moves as fast as it can.
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class TransferStormTest {
  private static final int WORKERS = 6;
  private static final int ANSWERS_PER_WORKER = 150;

  /// Between two moves, so that the storm lets something through.
  private static final int WRITES_PER_MOVE = 10;

  private static final int KEYS = 24;
  private static final Vector VECTOR = Vector.of(1, 2);

  @TempDir Path directory;

  private final HistoryRecorder recorder = new HistoryRecorder(System::nanoTime);
  private final AtomicLong processes = new AtomicLong();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger moves = new AtomicInteger();

  @Test
  void historiesAreLinearizable() throws Exception {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    try (var cluster = TestCluster.formed(directory, 3, 1);
        var workers = Executors.newCachedThreadPool()) {
      var collection = new TestClient(cluster).create("registers");
      List<CompletableFuture<Void>> running = new ArrayList<>();
      for (int worker = 0; worker < WORKERS; worker++) {
        var random = new SplittableRandom(seed + worker);
        running.add(CompletableFuture.runAsync(() -> work(cluster, collection, random), workers));
      }
      var all = CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new));
      var targets = new SplittableRandom(seed);
      int next = 0;
      while (!all.isDone()) {
        if (acknowledged.get() >= next) {
          moveLeader(cluster, targets);
          next = acknowledged.get() + WRITES_PER_MOVE;
        } else {
          TestClient.pause();
        }
      }
      all.join();
    }

    var finding = new LinearizabilityChecker().check(recorder.history());
    assertThat(finding.verdict()).as("quiver.seed=%d %s", seed, finding).isEqualTo(Verdict.VALID);
    assertThat(acknowledged.get()).as("quiver.seed=%d", seed).isGreaterThan(KEYS);
    assertThat(moves.get()).as("quiver.seed=%d", seed).isPositive();
  }

  private void work(TestCluster cluster, CollectionInfo collection, SplittableRandom random) {
    long process = processes.incrementAndGet();
    int answers = 0;
    while (answers < ANSWERS_PER_WORKER) {
      String key = "key-" + random.nextInt(KEYS);
      // Whichever node is asked: one that was deposed answers too.
      var host = cluster.nodes().get(random.nextInt(3)).host();
      var shard = host.self().shard(0);
      boolean answered;
      if (random.nextBoolean()) {
        answered = write(shard, collection, key, process);
      } else {
        answered = read(shard, collection, key, process);
      }
      if (answered) {
        answers++;
      } else {
        process = processes.incrementAndGet();
        TestClient.pause();
      }
    }
  }

  private boolean write(Shard shard, CollectionInfo collection, String key, long process) {
    String value = process + "-" + System.nanoTime();
    var pending = recorder.invoke(process, key, new Operation.Write(value));
    var point = new Point(key, VECTOR, Payload.ofJson(value));
    try {
      var written =
          shard
              .write(new ShardWrite.Upsert(TestClient.stamp(), collection.id(), List.of(point)))
              .join();
      assertThat(written.outcome()).isInstanceOf(Outcome.Applied.class);
      pending.ok();
      acknowledged.incrementAndGet();
      return true;
    } catch (CompletionException e) {
      if (e.getCause() instanceof ShardException.OutcomeUnknown) {
        pending.info();
      } else {
        assertThat(e).hasCauseInstanceOf(ShardException.class);
        pending.fail();
      }
      return false;
    }
  }

  private boolean read(Shard shard, CollectionInfo collection, String key, long process) {
    var pending = recorder.invoke(process, key, new Operation.Read());
    try {
      Optional<StoredPoint> found =
          shard.get(collection.id(), List.of(key)).join().value().getFirst();
      pending.ok(found.map(point -> new String(point.payload().toBytes(), StandardCharsets.UTF_8)));
      return true;
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(ShardException.class);
      pending.fail();
      return false;
    }
  }

  private void moveLeader(TestCluster cluster, SplittableRandom random) {
    var leader = cluster.awaitLeader(0);
    var target = cluster.nodes().get(random.nextInt(3));
    if (target == leader) {
      return;
    }
    try {
      leader.host().self().transferLeader(new ShardGroup(0), target.id()).join();
      moves.incrementAndGet();
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(ShardException.class);
    }
  }
}
