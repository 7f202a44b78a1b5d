package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// A node is killed, a bit flips in one of its Raft logs, and it starts again: it may have
/// forgotten what it acknowledged, so that replica must not count any more. It is always the same
/// node, as with [BitRot].
final class LogRot implements Nemesis {
  /// Logs that are written no more: what is wrong with them is nobody's torn write.
  private static final Pattern CLOSED_LOG = Pattern.compile(".*/current/log_\\d+-\\d+");

  @Override
  public String name() {
    return "log-rot";
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.PROCESSES);
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    int node = cluster.size() - 1;
    var rot = Rot.among(cluster.processes().data(node).resolve("raft"), CLOSED_LOG, random);
    return new Harm() {
      @Override
      public List<Integer> nodes() {
        return List.of(node);
      }

      @Override
      public String detail() {
        return rot.sentence();
      }

      @Override
      public void begin() throws IOException, InterruptedException {
        cluster.damage(node);
        cluster.processes().killAnd(node, rot::strike);
      }

      @Override
      public void end() throws IOException {
        cluster.processes().start(node);
      }
    };
  }
}
