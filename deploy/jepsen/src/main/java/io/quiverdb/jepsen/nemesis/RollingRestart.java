package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Every node in turn is asked to stop and started again, as an operator does for a new version,
/// but without waiting until it has caught up.
final class RollingRestart implements Nemesis {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  @Override
  public String name() {
    return "rolling-restart";
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.PROCESSES);
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    int first = random.nextInt(cluster.size());
    var left =
        new ArrayList<>(
            IntStream.range(0, cluster.size())
                .mapToObj(step -> (first + step) % cluster.size())
                .toList());
    return new Activity() {
      @Override
      public List<Integer> nodes() {
        return IntStream.range(0, cluster.size()).boxed().toList();
      }

      @Override
      boolean step() throws IOException, InterruptedException {
        int node = left.removeFirst();
        if (cluster.running().contains(node)) {
          boolean stopped = cluster.processes().stop(node, STOP_LIMIT);
          cluster.processes().start(node);
          cluster.awaitAnswering(node);
          if (!stopped) {
            throw new IOException(TestCluster.name(node) + " does not stop within " + STOP_LIMIT);
          }
        }
        return !left.isEmpty();
      }
    };
  }
}
