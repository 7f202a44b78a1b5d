package io.quiverdb.jepsen.nemesis;

import io.quiverdb.core.faultfs.agent.Fault;
import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The disk of one node fails while it runs. A node that cannot write must end rather than go on;
/// who runs it starts it again when the disk is well.
final class BadDisk implements Nemesis {
  private final String name;
  private final List<Fault> faults;

  BadDisk(String name, List<Fault> faults) {
    this.name = name;
    this.faults = List.copyOf(faults);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.DISK);
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
        return faults.stream().map(Fault::format).toList().toString();
      }

      @Override
      public void begin() throws IOException {
        for (int node : nodes) {
          cluster.processes().expectEnd(node);
          cluster.disk(node).arm(faults.toArray(Fault[]::new));
        }
      }

      @Override
      public void end() throws IOException {
        for (int node : nodes) {
          cluster.disk(node).heal();
        }
        cluster.processes().restartEnded();
      }
    };
  }
}
