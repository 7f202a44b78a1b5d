package io.quiverdb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quiverdb.cli.Distribution;
import io.quiverdb.cli.cluster.Readiness;
import io.quiverdb.cli.local.FreePorts;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.NodePlace;
import io.quiverdb.client.Collection;
import io.quiverdb.client.OutcomeUnknownException;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.client.ReplicaCheck;
import io.quiverdb.client.Schema;
import io.quiverdb.client.StoredPoint;
import io.quiverdb.jepsen.checker.Finding;
import io.quiverdb.jepsen.checker.LinearizabilityChecker;
import io.quiverdb.jepsen.checker.SetChecker;
import io.quiverdb.jepsen.checker.Verdict;
import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes as processes of the distribution; one that leads is killed while clients read and
/// write. Seeded by `-Dquiver.seed=N`, which fixes the operations, not how they interleave.
class LeaderKillIT {
  private static final int CLIENTS = 5;
  private static final int REGISTERS = 12;
  private static final int OPERATIONS_BEFORE = 1_500;
  private static final int OPERATIONS_AFTER = 1_500;
  private static final long FINAL_READER = -1;
  private static final String INSERTED = "1";
  private static final Duration GUARD = Duration.ofMinutes(3);

  private final long seed = Long.getLong("quiver.seed", new Random().nextInt(1_000_000));
  private final HistoryRecorder registers = new HistoryRecorder(System::nanoTime);
  private final HistoryRecorder inserts = new HistoryRecorder(System::nanoTime);
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicBoolean stopped = new AtomicBoolean();

  @TempDir Path folder;

  @Test
  void aKilledLeaderLosesNothingAndEveryRegisterStaysLinearizable() throws Exception {
    System.out.println("LeaderKillIT: -Dquiver.seed=" + seed);
    var launcher = Distribution.unpack(folder).launcher();
    var ports = new FreePorts(new Random()).find(9);
    try (var cluster =
            LocalCluster.prepare(
                List.of(launcher.toString(), "serve"),
                folder.resolve("nodes"),
                NodePlace.onLoopback(Map.of("JAVA_HOME", System.getProperty("java.home")), ports));
        var operator = client(cluster, Duration.ofMinutes(1))) {
      form(cluster, operator);
      var collection = operator.createCollection("registers", Schema.l2(1));

      workWhileALeaderIsKilled(cluster, operator);

      var finalScan = inserts.invoke(FINAL_READER, "", new Operation.Scan());
      finalScan.ok(new Answer.Entries(finalRead(collection)));
      assertValid(new LinearizabilityChecker().check(registers.history()));
      assertValid(SetChecker.ofInserts().check(inserts.history()));
      var check =
          await()
              .atMost(GUARD)
              .ignoreExceptions()
              .until(() -> operator.cluster().check(), LeaderKillIT::isAnsweredByAll);
      assertThat(check.equal()).as("replicas, seed %d: %s", seed, check).isTrue();
    }
  }

  private void form(LocalCluster cluster, QuiverClient operator) throws Exception {
    cluster.start();
    for (var node : cluster.nodes()) {
      cluster.awaitListening(node, GUARD);
    }
    var formed = operator.cluster().init(3, 3);
    assertThat(formed.replicationFactor()).isEqualTo(3);
    await()
        .atMost(GUARD)
        .ignoreExceptions()
        .until(
            () ->
                Readiness.of(operator.cluster().topology(), operator.cluster().status()).isReady());
  }

  private void workWhileALeaderIsKilled(LocalCluster cluster, QuiverClient operator)
      throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var work = new ArrayList<Future<Void>>();
      for (int client = 0; client < CLIENTS; client++) {
        work.add(threads.submit(new Work(cluster, client)));
      }
      try {
        await().atMost(GUARD).until(() -> answered.get() >= OPERATIONS_BEFORE);
        var victim = leaderOf(cluster, operator, new Random(seed).nextInt(3));
        victim.process().kill();
        int atKill = answered.get();
        await().atMost(GUARD).until(() -> answered.get() >= atKill + OPERATIONS_AFTER);
        victim.process().start();
        int atRestart = answered.get();
        await().atMost(GUARD).until(() -> answered.get() >= atRestart + OPERATIONS_AFTER / 2);
      } finally {
        stopped.set(true);
      }
      for (var finished : work) {
        finished.get();
      }
    }
  }

  private static LocalCluster.Node leaderOf(
      LocalCluster cluster, QuiverClient operator, int shard) {
    var topology = operator.cluster().topology();
    var leader = topology.shards().get(shard).leaderId().orElseThrow();
    return topology.nodes().stream()
        .filter(node -> node.id().equals(leader))
        .map(node -> cluster.at(node.clientAddress()))
        .findFirst()
        .orElseThrow();
  }

  private static List<Entry> finalRead(Collection collection) {
    return collection.scan().stream()
        .map(StoredPoint::id)
        .filter(id -> id.startsWith("insert-"))
        .map(id -> new Entry(id, INSERTED))
        .toList();
  }

  private void assertValid(Finding finding) {
    assertThat(finding.verdict()).as("seed %d: %s", seed, finding).isEqualTo(Verdict.VALID);
  }

  private static boolean isAnsweredByAll(ReplicaCheck check) {
    return check.shards().stream()
        .flatMap(shard -> shard.replicas().stream())
        .allMatch(replica -> replica.hash().isPresent());
  }

  private static QuiverClient client(LocalCluster cluster, Duration timeout) {
    return QuiverClient.builder().seeds(cluster.endpoints()).plaintext().timeout(timeout).build();
  }

  /// One client: reads, overwrites and deletes registers, and inserts elements of its own.
  private final class Work implements Callable<Void> {
    private final LocalCluster cluster;
    private final int client;
    private final Random random;
    private long process;
    private int serial;

    Work(LocalCluster cluster, int client) {
      this.cluster = cluster;
      this.client = client;
      this.random = new Random(seed * CLIENTS + client);
      this.process = client;
    }

    @Override
    public Void call() {
      // Short, so that writes of unknown fate occur.
      try (var quiver = client(cluster, Duration.ofSeconds(2))) {
        var collection = quiver.collection("registers");
        while (!stopped.get()) {
          step(collection);
        }
      }
      return null;
    }

    private void step(Collection collection) {
      var register = "register-" + random.nextInt(REGISTERS);
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> read(collection, register);
        case 3, 4 -> overwrite(collection, register);
        case 5 -> delete(collection, register);
        default -> insert(collection);
      }
    }

    private void read(Collection collection, String register) {
      var pending = registers.invoke(process, register, new Operation.Read());
      try {
        pending.ok(collection.get(register).map(point -> String.valueOf((int) point.vector()[0])));
        answered.incrementAndGet();
      } catch (QuiverException e) {
        pending.fail(String.valueOf(e.getMessage()));
      }
    }

    private void overwrite(Collection collection, String register) {
      int value = client + CLIENTS * serial++;
      var operation = new Operation.Write(String.valueOf(value));
      settle(
          registers.invoke(process, register, operation),
          () -> collection.upsert(Point.of(register, value)));
    }

    private void delete(Collection collection, String register) {
      settle(
          registers.invoke(process, register, new Operation.Delete()),
          () -> collection.delete(register));
    }

    private void insert(Collection collection) {
      var id = "insert-" + client + "-" + serial++;
      settle(
          inserts.invoke(process, id, new Operation.Write(INSERTED)),
          () -> collection.upsert(Point.of(id, 1)));
    }

    private void settle(HistoryRecorder.Pending pending, Runnable write) {
      try {
        write.run();
        pending.ok();
        answered.incrementAndGet();
      } catch (OutcomeUnknownException e) {
        pending.info(String.valueOf(e.getMessage()));
        process += CLIENTS;
      } catch (QuiverException e) {
        pending.fail(String.valueOf(e.getMessage()));
      }
    }
  }
}
