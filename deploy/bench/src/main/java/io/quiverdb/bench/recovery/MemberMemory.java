package io.quiverdb.bench.recovery;

import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.Target;
import io.quiverdb.bench.Trials;
import io.quiverdb.cli.cluster.Readiness;
import io.quiverdb.cli.local.FreePorts;
import io.quiverdb.cli.local.LocalCluster;
import io.quiverdb.cli.local.NodePlace;
import io.quiverdb.cli.local.Waiting;
import io.quiverdb.client.QuiverClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// What an empty member of a group takes: three nodes with one shard, and three with many, each
/// node's resident memory after a full collection.
final class MemberMemory {
  private static final int NODES = 3;
  private static final int FEW = 1;
  private static final int MANY = 65;
  private static final double MEBIBYTES_MAX = 32;
  private static final double KIBIBYTES_PER_MEBIBYTE = 1024;
  private static final String RESIDENT = "VmRSS:";

  private final Path folder;
  private final List<String> serve;

  MemberMemory(Path folder, List<String> serve) {
    this.folder = folder;
    this.serve = serve;
  }

  List<Result> run(int times) throws Exception {
    var trials =
        Trials.run(
            times,
            number -> {
              double few = residentMebibytes(FEW);
              double many = residentMebibytes(MANY);
              System.out.printf(
                  "memory %d: %.0f MiB with %d shard, %.0f MiB with %d%n",
                  number + 1, few, FEW, many, MANY);
              return (many - few) / (MANY - FEW);
            });
    return List.of(
        trials.median(
            "resident memory for each empty member of a group",
            "MiB",
            Double::doubleValue,
            MEBIBYTES_MAX,
            Target.atMost(1)));
  }

  /// Of a node, on average.
  private double residentMebibytes(int shards) throws Exception {
    try (var own = Folder.in(folder)) {
      var ports = new FreePorts(new Random()).find(3 * NODES);
      var cluster = LocalCluster.prepare(serve, own.path(), NodePlace.onLoopback(Map.of(), ports));
      try {
        cluster.start();
        for (var node : cluster.nodes()) {
          cluster.awaitListening(node, Waiting.LIMIT);
        }
        form(cluster, shards);
        double sum = 0;
        for (var node : cluster.nodes()) {
          sum += residentMebibytes(node.process().pid());
        }
        return sum / NODES;
      } finally {
        cluster.killAll();
      }
    }
  }

  private static void form(LocalCluster cluster, int shards) throws InterruptedException {
    try (var client =
        QuiverClient.builder()
            .seeds(cluster.endpoints())
            .timeout(Waiting.LIMIT)
            .plaintext()
            .build()) {
      var _ = client.cluster().init(shards, NODES);
      var _ =
          Waiting.until(
              "every node is ready",
              () -> Readiness.ofAll(client.cluster().topology(), client.cluster().status()),
              Readiness::isReady);
    }
  }

  private static double residentMebibytes(long pid) throws IOException, InterruptedException {
    collect(pid);
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith(RESIDENT))
        .mapToDouble(
            line -> Double.parseDouble(line.substring(RESIDENT.length()).replace("kB", "").strip()))
        .map(kibibytes -> kibibytes / KIBIBYTES_PER_MEBIBYTE)
        .findFirst()
        .orElseThrow();
  }

  private static void collect(long pid) throws IOException, InterruptedException {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(pid),
            "GC.run");
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said.strip());
    }
  }
}
