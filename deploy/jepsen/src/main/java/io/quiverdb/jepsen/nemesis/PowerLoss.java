package io.quiverdb.jepsen.nemesis;

import io.quiverdb.core.faultfs.Loss;
import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The power of some nodes is cut: their processes end, and what was not forced to their disks is
/// gone, in part or whole. They start again after a while.
final class PowerLoss implements Nemesis {
  private final String name;
  private final Choice choice;
  private final Loss loss;

  PowerLoss(String name, Choice choice, Loss loss) {
    this.name = name;
    this.choice = choice;
    this.loss = loss;
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
    long seed = random.nextInt(Integer.MAX_VALUE);
    return new Harm() {
      private final List<Integer> nodes = choice.of(cluster, random);

      @Override
      public List<Integer> nodes() {
        return nodes;
      }

      @Override
      public String detail() {
        return "seed " + seed;
      }

      @Override
      public void begin() throws IOException, InterruptedException {
        for (int node : nodes) {
          cluster.processes().kill(node);
        }
        for (int node : nodes) {
          var disk = cluster.disk(node);
          var unseen = disk.missed();
          if (!unseen.isEmpty()) {
            throw new IOException("written past the disk that can lose it: " + unseen);
          }
          cluster
              .processes()
              .killAnd(
                  node,
                  () -> {
                    var _ = disk.cutPower(loss, seed + node);
                  });
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
