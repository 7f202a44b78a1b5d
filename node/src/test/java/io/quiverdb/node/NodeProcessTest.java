package io.quiverdb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node as a process of its own.
class NodeProcessTest {
  @TempDir private Path directory;
  private final List<Process> started = new ArrayList<>();
  private Path output;

  @BeforeEach
  void nameOutput() {
    output = directory.resolve("output");
  }

  @AfterEach
  void killAll() throws InterruptedException {
    for (var process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void nodeTellsHowToConnectAsJsonAndExitsWithZeroWhenToldToStop() throws Exception {
    var node = serve("log.format=json", "data-dir=" + directory.resolve("data"));
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> read().contains("cluster formed") || !node.isAlive());

    node.destroy();

    assertThat(node.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(node.exitValue()).as(read()).isEqualTo(ExitCode.GOOD);
    assertThat(read().lines().filter(line -> line.startsWith("{")))
        .allSatisfy(NodeProcessTest::requireJson)
        .anyMatch(line -> line.contains("connect with: quiver status --endpoint"))
        .anyMatch(line -> line.contains("encryption is off until a later release"))
        .anyMatch(line -> line.contains("stopped"));
  }

  @Test
  void directoryThatCannotBeUsedEndsTheProcessWithItsCode() throws Exception {
    var file = Files.writeString(directory.resolve("file"), "not a directory");

    var node = serve("data-dir=" + file);

    assertThat(node.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(node.exitValue()).as(read()).isEqualTo(ExitCode.INPUT_OUTPUT);
    assertThat(read()).contains("node cannot start: data-dir: " + file);
  }

  private Process serve(String... settings) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m",
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                ServeMain.class.getName(),
                "listen=" + Loopback.address(),
                "peer-listen=" + Loopback.address(),
                "raft-listen=" + Loopback.address()));
    command.addAll(List.of(settings));
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    started.add(process);
    return process;
  }

  private String read() {
    try {
      return Files.exists(output) ? Files.readString(output) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireJson(String line) {
    try (var parser = new JsonFactory().createParser(line)) {
      while (parser.nextToken() != null) {
        // Reading it all is the proof.
      }
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
  }
}
