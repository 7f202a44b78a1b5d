package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// A bit flips in a file that a node has published, while it runs. What the file held is with the
/// other members, so it is always the same node: of what rots on all nobody has a sound copy.
final class BitRot implements Nemesis {
  private static final Pattern SEGMENT_FILE = Pattern.compile(".*\\.(vec|pay|ids|sec|dir)");

  @Override
  public String name() {
    return "bit-rot";
  }

  @Override
  public Set<Equipment> equipment() {
    return Set.of(Equipment.PROCESSES);
  }

  @Override
  public Harm choose(TestCluster cluster, RandomGenerator random) {
    int node = cluster.size() - 1;
    var shards = cluster.processes().data(node).resolve("shards");
    var rot = Rot.among(shards, SEGMENT_FILE, random);
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
      public void begin() throws IOException {
        cluster.damage(node);
        rot.strike();
      }

      // Otherwise it would be noticed when the file is read, and most are merged before.
      @Override
      public void end() {
        cluster.readAllFiles();
      }
    };
  }
}
