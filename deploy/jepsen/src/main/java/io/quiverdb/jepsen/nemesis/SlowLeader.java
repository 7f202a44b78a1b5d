package io.quiverdb.jepsen.nemesis;

import io.quiverdb.client.ClusterTopology;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/// Time goes by ten times too slowly for one node, which is then made to lead every shard: what it
/// takes for a second is ten. If it cannot be made to lead any, the fault has failed.
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

  /// Returns when it leads every shard, or some at least when the time is over: with another node
  /// paused, say, it may lose one while it gets the next.
  private static void makeLeader(TestCluster cluster, int node)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TRANSFERS_LIMIT.toNanos();
    int led = 0;
    while (led < cluster.shards()) {
      if (System.nanoTime() - end >= 0) {
        if (led > 0) {
          return;
        }
        throw new IOException(TestCluster.name(node) + " does not get to lead");
      }
      Thread.sleep(PAUSE_MILLIS);
      led = lead(cluster, node);
    }
  }

  private static int lead(TestCluster cluster, int node) {
    try (var itself = cluster.clientOf(node);
        var running = cluster.clientOfRunning()) {
      return lead(itself.cluster().topology(), cluster.address(node), running);
    } catch (QuiverException _) {
      // It has not caught up yet, or does not know the others.
      return 0;
    }
  }

  /// How many shards it leads already; it is to lead the others. All at once: time that goes by
  /// slowly for it makes it lose a shard again that it got first.
  ///
  /// @param topology as the node itself sees it: others take it for silent when it is only slow
  private static int lead(ClusterTopology topology, String address, QuiverClient client) {
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
    try (var transfers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var shard : others) {
        var _ = transfers.submit(() -> client.cluster().transferLeader(shard.number(), id));
      }
    }
    return topology.shards().size() - others.size();
  }
}
