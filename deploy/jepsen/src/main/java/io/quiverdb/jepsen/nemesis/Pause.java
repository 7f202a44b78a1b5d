package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// SIGSTOP for longer than elections take: the others go on, and who wakes up believes that no time
/// has passed.
final class Pause implements Nemesis {
  @Override
  public String name() {
    return "pause";
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.PROCESSES);
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    return new Harm() {
      private final List<Integer> nodes = Choice.ONE.of(cluster, random);

      @Override
      public List<Integer> nodes() {
        return nodes;
      }

      @Override
      public void begin() throws IOException, InterruptedException {
        for (int node : nodes) {
          cluster.processes().pause(node);
        }
      }

      @Override
      public void end() throws IOException, InterruptedException {
        for (int node : nodes) {
          cluster.processes().resume(node);
        }
      }
    };
  }
}
