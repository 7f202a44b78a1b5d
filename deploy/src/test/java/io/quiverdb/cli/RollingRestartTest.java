package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.core.MasterKey;
import io.quiverdb.node.NodeConfig;
import io.quiverdb.node.QuiverNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes are restarted one after the other as the README says, each stopped as by SIGTERM,
/// while a client writes.
@EnabledIfEnvironmentVariable(named = "QUIVER_LONG_TESTS", matches = "1")
class RollingRestartTest {
  @TempDir Path folder;
  private final List<QuiverNode> nodes = new ArrayList<>();

  @AfterEach
  void stop() {
    nodes.forEach(QuiverNode::close);
  }

  @Test
  void everyWriteIsAcknowledgedAndThereWhileNodesAreRestartedOneAfterTheOther() throws Exception {
    var key = folder.resolve("quiver-master.key");
    var _ = MasterKey.createFile(key, new SecureRandom());
    var peers = IntStream.range(0, 3).mapToObj(_ -> "127.0.0.1:" + UnusedPorts.next()).toList();
    List<NodeConfig> configs = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      configs.add(config(number, peers, key));
      nodes.add(QuiverNode.start(configs.get(number)));
    }
    var addresses = configs.stream().map(config -> config.listen().toString()).toList();
    run("cluster", "init", "--endpoint", addresses.getFirst());
    try (var quiver = QuiverClient.builder().seeds(addresses.toArray(String[]::new)).build()) {
      var docs = quiver.createCollection("docs", Schema.cosine(2));
      var stop = new AtomicBoolean();
      var written =
          CompletableFuture.supplyAsync(
              () -> {
                int count = 0;
                while (!stop.get()) {
                  docs.upsert(Point.of("p-" + count++, 1, count));
                }
                return count;
              });

      var waiting = statusOfReadme();
      for (int number = 0; number < 3; number++) {
        run(at(waiting.getFirst(), addresses.get((number + 1) % 3)));
        nodes.get(number).close();
        nodes.set(number, QuiverNode.start(configs.get(number)));
        run(at(waiting.getLast(), addresses.get(number)));
      }

      stop.set(true);
      // No write had failed.
      int count = written.join();
      assertThat(count).isPositive();
      assertThat(docs.count()).isEqualTo(count);
    }
  }

  /// The README's commands that wait between the steps.
  private static List<List<String>> statusOfReadme() throws Exception {
    var readme = Files.readString(Path.of("../README.md"));
    var section = readme.substring(readme.indexOf("Nodes are restarted one after the other"));
    var lines =
        section
            .substring(0, section.indexOf("```\n\n"))
            .lines()
            .filter(line -> line.startsWith("bin/quiver status"))
            .map(line -> List.of(line.replaceFirst("#.*", "").strip().split("\\s+")))
            .toList();
    assertThat(lines).hasSize(2);
    return lines;
  }

  private static String[] at(List<String> command, String address) {
    return command.stream()
        .skip(1)
        .map(word -> word.matches("[ab]:7070") ? address : word)
        .toArray(String[]::new);
  }

  private static void run(String... command) {
    var err = new StringWriter();
    int exitCode =
        QuiverCommand.commandLine()
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute(command);
    assertThat(exitCode).as(err.toString()).isZero();
  }

  private NodeConfig config(int number, List<String> peers, Path key) {
    return NodeConfig.load(
        Optional.empty(),
        Map.of(),
        Map.of(
            "data-dir",
            folder.resolve("node-" + number).toString(),
            "listen",
            "127.0.0.1:" + UnusedPorts.next(),
            "peer-listen",
            peers.get(number),
            "raft-listen",
            "127.0.0.1:" + UnusedPorts.next(),
            "master-key-file",
            key.toString(),
            "join",
            String.join(",", peers)));
  }
}
