package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.node.NodeConfig;
import io.quiverdb.node.QuiverNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `quiver cluster recover` on a node's data directory.
class RecoverCommandTest {
  @TempDir Path folder;
  private String out = "";
  private String err = "";

  @Test
  void stoppedNodeIsLookedAtThenRecoveredAndServes() {
    var data = folder.resolve("quiver-data");
    var config = config(data);
    try (var node = QuiverNode.start(config);
        var quiver = connect(node)) {
      var docs = quiver.createCollection("docs", Schema.cosine(2));
      docs.upsert(Point.of("a", 1, 2));

      assertThat(run(data, "--accept-loss")).isEqualTo(ExitCode.USAGE);
      assertThat(err).contains("(expected: stopped)");
    }

    assertThat(run(data)).isEqualTo(ExitCode.NEGATIVE);
    assertThat(out)
        .contains("SHARD", "writes after entry")
        .endsWith("nothing was changed (--accept-loss does it)\n");

    assertThat(run(data, "--accept-loss", "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out).startsWith("{\"recovered\":true,").contains("\"points\":1");

    try (var node = QuiverNode.start(config);
        var quiver = connect(node)) {
      assertThat(quiver.collection("docs").get("a")).isPresent();
      quiver.collection("docs").upsert(Point.of("b", 2, 1));
      assertThat(quiver.cluster().topology().shards())
          .allSatisfy(shard -> assertThat(shard.epoch()).isEqualTo(2));
    }
  }

  @Test
  void directoryThatIsNoNodesIsRefusedAndNoKeyIsMade() throws Exception {
    var data = Files.createDirectory(folder.resolve("quiver-data"));

    assertThat(run(data, "--accept-loss")).isEqualTo(ExitCode.NEGATIVE);
    assertThat(err).contains("no claim to a cluster (expected: the data directory of a node");
    assertThat(folder.resolve("quiver-master.key")).doesNotExist();
  }

  private static NodeConfig config(Path data) {
    return NodeConfig.load(
        Optional.empty(),
        Map.of(),
        new HashMap<>(
            Map.of(
                "data-dir",
                data.toString(),
                "listen",
                "127.0.0.1:" + UnusedPorts.next(),
                "peer-listen",
                "127.0.0.1:" + UnusedPorts.next(),
                "raft-listen",
                "127.0.0.1:" + UnusedPorts.next())));
  }

  private static QuiverClient connect(QuiverNode node) {
    return QuiverClient.connect("127.0.0.1:" + node.port());
  }

  private int run(Path data, String... options) {
    var words = new ArrayList<>(List.of("cluster", "recover", "--data-dir", data.toString()));
    words.addAll(List.of(options));
    var outWriter = new StringWriter();
    var errWriter = new StringWriter();
    int exitCode =
        QuiverCommand.commandLine()
            .setOut(new PrintWriter(outWriter))
            .setErr(new PrintWriter(errWriter))
            .execute(words.toArray(String[]::new));
    out = outWriter.toString();
    err = errWriter.toString();
    return exitCode;
  }
}
