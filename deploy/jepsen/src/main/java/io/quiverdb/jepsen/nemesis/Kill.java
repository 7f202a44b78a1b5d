package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// SIGKILL, and a start after a while.
final class Kill implements Nemesis {
  private final String name;
  private final Choice choice;

  Kill(String name, Choice choice) {
    this.name = name;
    this.choice = choice;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.PROCESSES);
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    return new Harm() {
      private final List<Integer> nodes = choice.of(cluster, random);

      @Override
      public List<Integer> nodes() {
        return nodes;
      }

      @Override
      public void begin() throws InterruptedException {
        for (int node : nodes) {
          cluster.processes().kill(node);
        }
      }

      @Override
      public void end() throws IOException {
        for (int node : nodes) {
          cluster.processes().start(node);
        }
      }
    };
  }
}
