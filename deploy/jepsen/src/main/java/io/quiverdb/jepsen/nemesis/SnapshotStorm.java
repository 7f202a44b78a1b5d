package io.quiverdb.jepsen.nemesis;

import io.quiverdb.cli.cluster.CatchUp;
import io.quiverdb.client.AlreadyExistsException;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.client.Schema;
import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// One node after the other is killed, misses more of the logs than is kept of them, and comes
/// back: it needs snapshots of every shard that it replicates. That much is written for the
/// purpose, to a collection that no workload knows.
final class SnapshotStorm implements Nemesis {
  private static final String COLLECTION = "snapshot-storm";

  /// More than a file of the log, of which whole ones are deleted, and an entry on each side.
  private static final int BYTES_PER_SHARD = 6 << 20;

  private static final int PAYLOAD_BYTES = 60 << 10;
  private static final int POINTS_PER_CALL = 16;
  private static final int POLL_MILLIS = 100;
  private static final int REST_MAX_MILLIS = 2_000;

  @Override
  public String name() {
    return "snapshot-storm";
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.PROCESSES, Equipment.SHORT_LOG);
  }

  @Override
  public boolean lasts() {
    return true;
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    return new Storm(cluster, random);
  }

  private static final class Storm extends Activity {
    private final TestCluster cluster;
    private final RandomGenerator random;

    Storm(TestCluster cluster, RandomGenerator random) {
      this.cluster = cluster;
      this.random = random;
    }

    @Override
    public List<Integer> nodes() {
      return IntStream.range(0, cluster.size()).boxed().toList();
    }

    @Override
    boolean step() throws IOException, InterruptedException {
      var running = cluster.running();
      if (running.size() < cluster.size()) {
        // One more could leave shards without a majority for as long as a node takes to start.
        Thread.sleep(POLL_MILLIS);
        return true;
      }
      int victim = running.get(random.nextInt(running.size()));
      cluster.processes().kill(victim);
      try (var client = cluster.clientOfRunning()) {
        write(client);
        if (!isEnded()) {
          awaitCheckpoints(client);
        }
      } catch (QuiverException _) {
        // Others were harmed meanwhile: this round brings nothing.
      } finally {
        cluster.processes().start(victim);
      }
      awaitCaughtUp(victim);
      Thread.sleep(random.nextInt(REST_MAX_MILLIS));
      return true;
    }

    private void write(QuiverClient client) {
      try {
        var _ = client.createCollection(COLLECTION, Schema.l2(1));
      } catch (AlreadyExistsException _) {
        // By a round before.
      }
      var collection = client.collection(COLLECTION);
      int points = cluster.shards() * (BYTES_PER_SHARD / PAYLOAD_BYTES);
      for (int first = 0; first < points && !isEnded(); first += POINTS_PER_CALL) {
        var _ =
            collection.upsert(
                IntStream.range(first, first + POINTS_PER_CALL).mapToObj(this::point).toList());
      }
    }

    private Point point(int number) {
      var bytes = new byte[PAYLOAD_BYTES / 2];
      random.nextBytes(bytes);
      return Point.of("p" + number, 0).payload(Map.of("ballast", HexFormat.of().formatHex(bytes)));
    }

    /// Until every replica whose node answers has a checkpoint of all that was applied.
    private void awaitCheckpoints(QuiverClient client) throws InterruptedException {
      var applied = applied(client.cluster().status());
      var _ = client.collection(COLLECTION).compact();
      while (!isEnded() && !isCheckpointed(client.cluster().status(), applied)) {
        Thread.sleep(POLL_MILLIS);
      }
    }

    private static Map<Integer, Long> applied(ClusterStatus status) {
      var applied = new HashMap<Integer, Long>();
      status.nodes().stream()
          .flatMap(node -> node.replicas().stream())
          .forEach(replica -> applied.merge(replica.shard(), replica.appliedIndex(), Math::max));
      return applied;
    }

    private static boolean isCheckpointed(ClusterStatus status, Map<Integer, Long> applied) {
      return status.nodes().stream()
          .filter(ClusterStatus.Node::reachable)
          .flatMap(node -> node.replicas().stream())
          .allMatch(
              replica ->
                  replica.checkpointedIndex().orElse(-1)
                      >= applied.getOrDefault(replica.shard(), 0L));
    }

    /// Or is being harmed again, or has left the cluster.
    private void awaitCaughtUp(int victim) throws InterruptedException {
      while (!isEnded() && cluster.running().contains(victim)) {
        try (var client = cluster.glance()) {
          if (CatchUp.lag(client.cluster().status(), cluster.address(victim)) == 0) {
            return;
          }
        } catch (QuiverException _) {
          // Asked again.
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }
}
