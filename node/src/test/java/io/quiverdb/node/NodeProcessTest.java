package io.quiverdb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node as a process of its own.
class NodeProcessTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

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
        .anyMatch(line -> line.contains("data is encrypted"))
        .anyMatch(line -> line.contains("stopped"));
  }

  @Test
  void directoryThatCannotBeUsedEndsTheProcessWithItsCode() throws Exception {
    var file = Files.writeString(directory.resolve("file"), "not a directory");

    var node = serve("data-dir=" + file);

    assertThat(node.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(node.exitValue()).as(read()).isEqualTo(ExitCode.INPUT_OUTPUT);
    assertThat(read().lines()).singleElement().asString().startsWith("data-dir: " + file);
  }

  /// The limit on the size of a file is met by the log, as a full or failing disk would be.
  @Test
  void nodeWhoseDiskFailsHaltsWithItsCodeAndHasWhatItAcknowledged() throws Exception {
    String api = Loopback.address();
    var limited = serve(List.of("bash", "-c", "ulimit -f 6144; exec \"$@\"", "bash"), api);
    awaitAnswer(limited, api, "/readyz");
    assertThat(send(api, "PUT", "/v1/collections/docs", "{\"dimension\": 1}")).isEqualTo(200);
    assertThat(send(api, "POST", "/v1/collections/docs/points", points("kept", 1, 10)))
        .isEqualTo(200);

    int answer = 200;
    for (int batch = 0; answer == 200 && batch < 20; batch++) {
      answer = send(api, "POST", "/v1/collections/docs/points", points("b" + batch, 100, 60_000));
    }

    assertThat(limited.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(limited.exitValue()).as(read()).isEqualTo(ExitCode.INPUT_OUTPUT);
    assertThat(read()).contains("disk or log failed, halting");
    assertThat(answer).isNotEqualTo(200);
    var again = serve(List.of(), api);
    awaitAnswer(again, api, "/readyz");
    assertThat(
            HTTP.send(
                    HttpRequest.newBuilder(
                            URI.create("http://" + api + "/v1/collections/docs/points/get"))
                        .POST(BodyPublishers.ofString("{\"ids\": [\"kept0\"]}"))
                        .build(),
                    BodyHandlers.ofString())
                .body())
        .contains("\"id\":\"kept0\"");
  }

  private static String points(String prefix, int count, int payloadBytes) {
    var json = new StringBuilder("{\"points\": [");
    for (int number = 0; number < count; number++) {
      json.append(number == 0 ? "" : ",")
          .append("{\"id\": \"")
          .append(prefix)
          .append(number)
          .append("\", \"vector\": [1], \"payload\": \"")
          .repeat("x", payloadBytes)
          .append("\"}");
    }
    return json.append("]}").toString();
  }

  /// @return the status, 0 if the node is gone
  private static int send(String api, String method, String path, String body)
      throws InterruptedException {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(URI.create("http://" + api + path))
                  .method(method, BodyPublishers.ofString(body))
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private void awaitAnswer(Process node, String api, String path) {
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> send(api, "GET", path, "") == 200 || !node.isAlive());
    assertThat(node.isAlive()).as(read()).isTrue();
  }

  private Process serve(List<String> wrapper, String api) throws IOException {
    return serve(wrapper, "data-dir=" + directory.resolve("data"), "listen=" + api);
  }

  @Test
  void stopThatTakesTooLongIsNotReportedAsGood() {
    var goOn = new CountDownLatch(1);

    int slow =
        NodeProcess.stop(
            () -> {
              try {
                goOn.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            Duration.ofMillis(20));
    goOn.countDown();
    int quick = NodeProcess.stop(() -> {}, Duration.ofMinutes(2));

    assertThat(slow).isEqualTo(ExitCode.STOP_OVERRUN);
    assertThat(quick).isEqualTo(ExitCode.GOOD);
  }

  private Process serve(String... settings) throws IOException {
    return serve(List.of(), settings);
  }

  private Process serve(List<String> wrapper, String... settings) throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(
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
