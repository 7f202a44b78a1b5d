package io.quiverdb.jepsen.nemesis;

import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.ClusterStatus.State;
import io.quiverdb.client.ClusterTopology;
import io.quiverdb.client.MembershipChange;
import io.quiverdb.client.QuiverException;
import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Which nodes replicate what changes again and again: replicas are moved, nodes are drained and
/// taken back, removed, alive or dead, and come in again with an empty disk under a new id, shards
/// get another number of replicas, and replicas are spread. Changes that are decided are carried
/// out by the cluster, whatever is done to it meanwhile; where all this ends is put right when all
/// faults are over.
final class MembershipChurn implements Nemesis {
  private static final int NODES_MIN = 3;
  private static final int PAUSE_MIN_MILLIS = 300;
  private static final int PAUSE_MAX_MILLIS = 2_000;

  /// With one replica only, whatever befalls a disk would lose what was acknowledged.
  private static final int REPLICATION_FACTOR_MIN = 2;

  /// More replicas than this only take longer to be made.
  private static final int REPLICATION_FACTOR_MAX = 4;

  private static final int USUAL_REPLICATION_FACTOR = 3;

  @Override
  public String name() {
    return "membership";
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.PROCESSES);
  }

  @Override
  public Optional<String> obstacle(TestCluster cluster) {
    return cluster.size() < NODES_MIN
        ? Optional.of("nodes: %d (expected: at least %d)".formatted(cluster.size(), NODES_MIN))
        : Nemesis.super.obstacle(cluster);
  }

  @Override
  public boolean lasts() {
    return true;
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    return new Changes(cluster, random);
  }

  private static final class Changes extends Activity {
    private final TestCluster cluster;
    private final RandomGenerator random;
    private final Set<Integer> killed = new HashSet<>();

    Changes(TestCluster cluster, RandomGenerator random) {
      this.cluster = cluster;
      this.random = random;
    }

    @Override
    public List<Integer> nodes() {
      return IntStream.range(0, cluster.size()).boxed().toList();
    }

    @Override
    boolean step() throws IOException, InterruptedException {
      try {
        var now = cluster.members().status();
        cluster.members().renew(now);
        change(now);
      } catch (QuiverException _) {
        // Nobody can decide just now, or it was not told whether it was.
      }
      Thread.sleep(random.nextInt(PAUSE_MIN_MILLIS, PAUSE_MAX_MILLIS));
      return true;
    }

    /// Those that were killed on their way out are started again: what had been begun with them may
    /// need them to end.
    @Override
    void afterwards() throws IOException {
      for (int node : killed) {
        cluster.processes().start(node);
      }
    }

    private void change(ClusterStatus now) throws InterruptedException {
      int dice = random.nextInt(100);
      if (dice < 40) {
        move(now);
      } else if (dice < 55) {
        drain(now);
      } else if (dice < 70) {
        cancelDrain(now);
      } else if (dice < 85) {
        remove(now);
      } else if (dice < 92) {
        changeReplicationFactor(now);
      } else {
        boolean _ = cluster.members().change(new MembershipChange.Rebalance());
      }
    }

    private void move(ClusterStatus now) {
      ClusterTopology.Shard shard;
      try (var client = cluster.clientOfRunning()) {
        shard = drawn(client.cluster().topology().shards());
      }
      var others =
          ids(now, State.ACTIVE).stream().filter(id -> !shard.memberIds().contains(id)).toList();
      if (!others.isEmpty()) {
        boolean _ =
            cluster
                .members()
                .change(
                    new MembershipChange.Move(
                        shard.number(), drawn(shard.memberIds()), drawn(others)));
      }
    }

    private void drain(ClusterStatus now) {
      boolean _ =
          cluster.members().change(new MembershipChange.Drain(drawn(ids(now, State.ACTIVE))));
    }

    private void cancelDrain(ClusterStatus now) {
      var drained = ids(now, State.DRAINING);
      if (!drained.isEmpty()) {
        boolean _ = cluster.members().change(new MembershipChange.CancelDrain(drawn(drained)));
      }
    }

    /// Every other time it dies meanwhile.
    private void remove(ClusterStatus now) throws InterruptedException {
      int node = random.nextInt(cluster.size());
      boolean dies = random.nextBoolean();
      var known = cluster.members().find(now, node);
      if (known.isEmpty() || cluster.members().leaving().contains(node)) {
        return;
      }
      boolean decided = cluster.members().remove(node, known.get().id());
      if (decided && dies) {
        cluster.processes().kill(node);
        killed.add(node);
      }
    }

    private void changeReplicationFactor(ClusterStatus now) {
      int usual = Math.min(USUAL_REPLICATION_FACTOR, cluster.size());
      int other = random.nextInt(REPLICATION_FACTOR_MIN, REPLICATION_FACTOR_MAX + 1);
      boolean _ =
          cluster
              .members()
              .change(
                  new MembershipChange.ReplicationFactor(
                      now.replicationFactor() == usual ? other : usual));
    }

    private static List<String> ids(ClusterStatus now, State state) {
      return now.nodes().stream()
          .filter(node -> node.state() == state)
          .map(ClusterStatus.Node::id)
          .toList();
    }

    private <T> T drawn(List<T> choices) {
      return choices.get(random.nextInt(choices.size()));
    }
  }
}
