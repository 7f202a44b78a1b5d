package io.quiverdb.jepsen.nemesis;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// A storm of transfers: some shard shall be led by some other node, again and again.
final class Transfer implements Nemesis {
  private static final int PAUSE_MILLIS = 200;

  @Override
  public String name() {
    return "transfer";
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    return new Activity() {
      @Override
      public List<Integer> nodes() {
        return IntStream.range(0, cluster.size()).boxed().toList();
      }

      @Override
      boolean step() throws InterruptedException {
        try (var client = cluster.glance()) {
          transfer(client, random);
        } catch (QuiverException _) {
          // Who is not caught up, or is told of another leader meanwhile, refuses: that is no
          // fault.
        }
        Thread.sleep(PAUSE_MILLIS);
        return true;
      }
    };
  }

  private static void transfer(QuiverClient client, RandomGenerator random) {
    var topology = client.cluster().topology();
    var shard = topology.shards().get(random.nextInt(topology.shards().size()));
    var members = shard.memberIds();
    client.cluster().transferLeader(shard.number(), members.get(random.nextInt(members.size())));
  }
}
