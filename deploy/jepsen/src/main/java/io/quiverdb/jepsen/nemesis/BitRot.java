package io.quiverdb.jepsen.nemesis;

import io.quiverdb.jepsen.cluster.Equipment;
import io.quiverdb.jepsen.cluster.TestCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
    var files = files(cluster.processes().data(node).resolve("shards"));
    Optional<Path> victim =
        files.isEmpty() ? Optional.empty() : Optional.of(files.get(random.nextInt(files.size())));
    double place = random.nextDouble();
    int bit = random.nextInt(Byte.SIZE);
    return new Harm() {
      @Override
      public List<Integer> nodes() {
        return List.of(node);
      }

      @Override
      public String detail() {
        return victim
            .map(path -> "%s at %.4f of its length".formatted(path.getFileName(), place))
            .orElse("it has no file yet");
      }

      @Override
      public void begin() throws IOException {
        if (victim.isPresent()) {
          cluster.damage(node);
          flip(victim.get(), place, bit);
        }
      }

      // Otherwise it would be noticed when the file is read, and most are merged before.
      @Override
      public void end() {
        cluster.readAllFiles();
      }
    };
  }

  private static List<Path> files(Path shards) {
    if (!Files.isDirectory(shards)) {
      return List.of();
    }
    try (var paths = Files.walk(shards)) {
      return paths
          .filter(path -> SEGMENT_FILE.matcher(path.toString()).matches())
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException _) {
      // A folder went away while it was walked.
      return List.of();
    }
  }

  private static void flip(Path path, double place, int bit) throws IOException {
    if (!Files.exists(path)) {
      // Merged away meanwhile.
      return;
    }
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      long offset = (long) (place * file.length());
      file.seek(offset);
      int value = file.read();
      if (value >= 0) {
        file.seek(offset);
        file.write(value ^ 1 << bit);
      }
    }
  }
}
