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
/// takes for a second is ten.
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

  /// Of all shards, as far as they let it within a while.
  private static void makeLeader(TestCluster cluster, int node) throws InterruptedException {
    long end = System.nanoTime() + TRANSFERS_LIMIT.toNanos();
    boolean leads = false;
    while (!leads && System.nanoTime() - end < 0) {
      try (var client = cluster.glance()) {
        leads = transferAll(client, cluster.address(node));
      } catch (QuiverException _) {
        // It has not caught up yet.
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  /// @return whether it leads all
  private static boolean transferAll(QuiverClient client, String address) {
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
