package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Time goes by too fast or too slowly for one node: what it waits for, too. As a rate cannot be
/// changed under a process that runs, the node is killed and started again.
final class ClockRate implements Nemesis {
  private static final List<Double> RATES = List.of(0.1, 0.5, 2.0, 5.0);

  @Override
  public String name() {
    return "clock-rate";
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.CLOCK);
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    var nodes = Choice.ONE.of(cluster, random);
    double rate = RATES.get(random.nextInt(RATES.size()));
    return new Harm() {
      @Override
      public List<Integer> nodes() {
        return nodes;
      }

      @Override
      public String detail() {
        return "x" + rate;
      }

      @Override
      public void begin() throws IOException, InterruptedException {
        for (int node : nodes) {
          cluster.processes().kill(node);
          cluster.processes().start(node, cluster.clocks().atRate(rate));
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
}
