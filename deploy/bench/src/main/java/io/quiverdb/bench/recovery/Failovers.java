package io.quiverdb.bench.recovery;

import io.quiverdb.bench.Result;
import io.quiverdb.bench.Target;
import io.quiverdb.bench.Trials;
import io.quiverdb.cli.cluster.Readiness;
import io.quiverdb.cli.local.FreePorts;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.NodePlace;
import io.quiverdb.cli.local.Waiting;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.ClusterStatus.Replica;
import io.quiverdb.client.ClusterStatus.Role;
import io.quiverdb.client.QuiverClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// Kills leaders of three nodes, one after the other, while points are written, and takes the time
/// until their shards acknowledge writes again.
final class Failovers implements AutoCloseable {
  private static final int NODES = 3;
  private static final int SHARDS = 3;
  private static final int WRITES_PER_SECOND = 300;
  private static final int WARM_UP_WRITES = 3_000;
  private static final long SEED = 7;

  /// Two heartbeats.
  private static final int PAUSE_MILLIS_MAX = 1_000;

  private static final double MEDIAN_SECONDS_MAX = 2;
  private static final double P99_SECONDS_MAX = 3;

  private final LocalCluster nodes;
  private final QuiverClient client;
  private final Acknowledgements acknowledgements = new Acknowledgements();
  private final SplittableRandom random = new SplittableRandom(SEED);

  Failovers(Path folder, List<String> serve) throws IOException, InterruptedException {
    var ports = new FreePorts(new Random()).find(3 * NODES);
    nodes = LocalCluster.prepare(serve, folder, NodePlace.onLoopback(Map.of(), ports));
    try {
      nodes.start();
      for (var node : nodes.nodes()) {
        nodes.awaitListening(node, Waiting.LIMIT);
      }
      client =
          QuiverClient.builder()
              .seeds(nodes.endpoints())
              .timeout(Duration.ofMinutes(2))
              .plaintext()
              .build();
      var _ = client.cluster().init(SHARDS, NODES);
    } catch (IOException | InterruptedException | RuntimeException e) {
      nodes.killAll();
      throw e;
    }
  }

  /// @param shardSeconds of the shard whose leader was to be killed
  /// @param nodeSeconds until all shards that it led went on
  private record Failover(double shardSeconds, double nodeSeconds) {}

  List<Result> run(int kills) throws Exception {
    var collection = client.createCollection("bench", ShardPoints.schema()).async();
    try (var writes = new SteadyWrites(collection, acknowledgements)) {
      writes.start(WRITES_PER_SECOND);
      var _ =
          Waiting.until(
              WARM_UP_WRITES + " writes are acknowledged",
              acknowledgements::count,
              count -> count >= WARM_UP_WRITES);
      var trials = Trials.run(kills, this::kill);
      System.out.printf(
          "%,d writes acknowledged, %,d failed or of unknown outcome%n",
          acknowledgements.count(), writes.failed());
      return results(trials, kills);
    }
  }

  private static List<Result> results(Trials<Failover> trials, int kills) {
    String what = "kill −9 of a leader to the next write acknowledged, " + kills + " kills";
    return List.of(
        trials.median(
            what + ", median", "s", Failover::shardSeconds, MEDIAN_SECONDS_MAX, Target.atMost(1)),
        trials.quantile(
            what + ", p99", "s", 0.99, Failover::shardSeconds, P99_SECONDS_MAX, Target.atMost(1)),
        trials.quantile(
            "the same until all shards that it led go on, p99",
            "s",
            0.99,
            Failover::nodeSeconds,
            P99_SECONDS_MAX,
            Target.reported()));
  }

  private Failover kill(int number) throws IOException, InterruptedException {
    awaitInSync();
    // So that it falls anywhere between two heartbeats.
    Thread.sleep(random.nextInt(PAUSE_MILLIS_MAX));
    int shard = client.cluster().topology().shards().get(number % SHARDS).number();
    var status = client.cluster().status();
    var victim =
        status.nodes().stream()
            .filter(node -> leads(node).containsKey(shard))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("shard " + shard + ": no leader"));
    var terms = leads(victim);
    var process = nodes.at(victim.clientAddress()).process();
    long killNanos = System.nanoTime();
    process.kill();
    var gaps =
        Waiting.until(
            "shards " + terms.keySet() + " take writes again",
            () -> gaps(terms, killNanos),
            all -> all.size() == terms.size());
    process.start();
    var failover =
        new Failover(
            gaps.getOrDefault(shard, Double.NaN),
            gaps.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow());
    System.out.printf(
        "kill %d: shard %d after %.2f s, all %d that it led after %.2f s%n",
        number + 1, shard, failover.shardSeconds, terms.size(), failover.nodeSeconds);
    return failover;
  }

  /// Terms by shard.
  private static Map<Integer, Long> leads(ClusterStatus.Node node) {
    return node.replicas().stream()
        .filter(replica -> replica.role() == Role.LEADER)
        .collect(Collectors.toMap(Replica::shard, Replica::term));
  }

  private Map<Integer, Double> gaps(Map<Integer, Long> terms, long killNanos) {
    Map<Integer, Double> gaps = new HashMap<>();
    terms.forEach(
        (shard, term) -> {
          OptionalDouble seconds = acknowledgements.secondsUntilAfter(shard, term, killNanos);
          if (seconds.isPresent()) {
            gaps.put(shard, seconds.getAsDouble());
          }
        });
    return gaps;
  }

  /// Until every node is ready and has applied what is committed now, and leaders are as they will
  /// be: one that is handed over meanwhile would not be the one that is killed.
  private void awaitInSync() throws InterruptedException {
    var committed = committed(client.cluster().status());
    var _ =
        Waiting.until(
            "every node has applied what was committed",
            () -> client.cluster().status(),
            status ->
                Readiness.ofAll(client.cluster().topology(), status).isReady()
                    && hasApplied(status, committed)
                    && status.nodes().stream().allMatch(node -> leads(node).size() < SHARDS));
  }

  private static Map<Integer, Long> committed(ClusterStatus status) {
    return status.nodes().stream()
        .flatMap(node -> node.replicas().stream())
        .collect(Collectors.toMap(Replica::shard, Replica::committedIndex, Math::max));
  }

  private static boolean hasApplied(ClusterStatus status, Map<Integer, Long> committed) {
    return status.nodes().stream()
        .allMatch(
            node ->
                node.replicas().stream()
                        .filter(
                            replica ->
                                replica.appliedIndex()
                                    >= committed.getOrDefault(replica.shard(), 0L))
                        .count()
                    == SHARDS);
  }

  @Override
  public void close() {
    client.close();
    nodes.killAll();
  }
}
