package io.quiverdb.jepsen.nemesis;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Time goes by ten times too slowly for one node, which is then made to lead every shard: what it
/// takes for a second is ten. If it cannot be made to, the fault has failed.
final class SlowLeader implements Nemesis {
  private static final double RATE = 0.1;
  private static final Duration TRANSFERS_LIMIT = Duration.ofSeconds(12);
  private static final int PAUSE_MILLIS = 200;

  @Override
  public String name() {
    return "slow-leader";
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.CLOCK);
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    var nodes = Choice.ONE.of(cluster, random);
    return new Harm() {
      @Override
      public List<Integer> nodes() {
        return nodes;
      }

      @Override
      public String detail() {
        return "x" + RATE;
      }

      @Override
      public void begin() throws IOException, InterruptedException {
        for (int node : nodes) {
          cluster.processes().kill(node);
          cluster.processes().start(node, cluster.clocks().atRate(RATE));
          cluster.awaitAnswering(node);
          makeLeader(cluster, node);
        }
      }

      @Override
      public void end() throws IOException, InterruptedException {
        for (int node : nodes) {
          cluster.processes().kill(node);
          cluster.processes().start(node);
        }
      }
    };
  }

  private static void makeLeader(TestCluster cluster, int node)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TRANSFERS_LIMIT.toNanos();
    while (!leadsAll(cluster, node)) {
      if (System.nanoTime() - end >= 0) {
        throw new IOException(TestCluster.name(node) + " does not get to lead all");
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static boolean leadsAll(TestCluster cluster, int node) {
    try (var client = cluster.glance()) {
      return leadsAll(client, cluster.address(node));
    } catch (QuiverException _) {
      // It has not caught up yet, or whoever was asked does not know.
      return false;
    }
  }

  /// Whether it does already; if not, it is to.
  private static boolean leadsAll(QuiverClient client, String address) {
    var topology = client.cluster().topology();
    var id =
        topology.nodes().stream()
            .filter(node -> node.clientAddress().equals(address))
            .findFirst()
            .orElseThrow()
            .id();
    var others =
        topology.shards().stream()
            .filter(shard -> !shard.leaderId().equals(Optional.of(id)))
            .toList();
    others.forEach(shard -> client.cluster().transferLeader(shard.number(), id));
    return others.isEmpty();
  }
}
