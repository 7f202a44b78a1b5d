package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The wall clock of one node is set, hours on or back.
final class ClockJump implements Nemesis {
  private static final int SECONDS_MAX = 7_200;

  @Override
  public String name() {
    return "clock-jump";
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.CLOCK);
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    var nodes = Choice.ONE.of(cluster, random);
    var offset = Duration.ofSeconds(random.nextInt(-SECONDS_MAX, SECONDS_MAX));
    return new Harm() {
      @Override
      public List<Integer> nodes() {
        return nodes;
      }

      @Override
      public String detail() {
        return offset.toString();
      }

      @Override
      public void begin() throws IOException {
        set(offset);
      }

      @Override
      public void end() throws IOException {
        set(Duration.ZERO);
      }

      private void set(Duration to) throws IOException {
        for (int node : nodes) {
          cluster.clocks().set(node, to);
        }
      }
    };
  }
}
