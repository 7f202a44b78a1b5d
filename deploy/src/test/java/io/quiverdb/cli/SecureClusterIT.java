package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.client.UnauthenticatedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/// A cluster of the distribution's nodes with certificates and an API key, set up by the commands
/// of the README's section on it, each host being a folder here.
@EnabledIfEnvironmentVariable(named = "QUIVER_LONG_TESTS", matches = "1")
class SecureClusterIT {
  private static final List<String> HOSTS = List.of("a", "b", "c");

  @TempDir private Path folder;
  private Distribution quiver;
  private List<String> readme = List.of();
  private final Map<String, String> ids = new TreeMap<>();
  private final Map<String, String> clientPorts = new TreeMap<>();
  private final Map<String, String> peerPorts = new TreeMap<>();
  private final Map<String, String> raftPorts = new TreeMap<>();
  private final List<Process> nodes = new ArrayList<>();

  @BeforeEach
  void unpack() throws Exception {
    quiver = Distribution.unpack(folder);
    var text = Files.readString(Path.of(System.getProperty("readme")));
    var section = text.substring(text.indexOf("## A cluster beyond loopback"));
    var block = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL).matcher(section);
    assertThat(block.find()).isTrue();
    readme =
        block
            .group(1)
            .replace("\\\n", " ")
            .lines()
            .map(line -> line.replaceFirst("#.*", "").strip())
            .filter(line -> line.startsWith("bin/quiver "))
            .toList();
    for (var host : HOSTS) {
      choosePorts(host);
    }
  }

  private void choosePorts(String host) {
    clientPorts.put(host, String.valueOf(UnusedPorts.next()));
    peerPorts.put(host, String.valueOf(UnusedPorts.next()));
    raftPorts.put(host, String.valueOf(UnusedPorts.next()));
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (var node : nodes) {
      node.destroyForcibly().waitFor();
    }
  }

  /// The README's command that begins so, as it is for host a, made one for this machine.
  private List<String> command(String beginning, String host) {
    var line =
        readme.stream()
            .filter(one -> one.startsWith("bin/quiver " + beginning))
            .findFirst()
            .orElseThrow(() -> new AssertionError("the README has no " + beginning));
    var words = new ArrayList<>(List.of(line.split("\\s+")));
    words.removeFirst();
    return words.stream().map(word -> here(word, host)).toList();
  }

  private String here(String word, String host) {
    var peers =
        String.join(",", HOSTS.stream().map(one -> "127.0.0.1:" + peerPorts.get(one)).toList());
    return switch (word) {
      case "a" -> "127.0.0.1";
      case "ID_OF_A" -> ids.getOrDefault(host, "none");
      case "a:7071,b:7071,c:7071" -> peers;
      case "0.0.0.0:7070", "a:7070" -> "127.0.0.1:" + clientPorts.get(host);
      case "0.0.0.0:7071" -> "127.0.0.1:" + peerPorts.get(host);
      case "0.0.0.0:7072" -> "127.0.0.1:" + raftPorts.get(host);
      case "./quiver-data" -> folder.resolve(host).resolve("quiver-data").toString();
      case "ca" -> folder.resolve("ca").toString();
      case "ca/ca.crt", "tls/ca.crt" -> folder.resolve("ca/ca.crt").toString();
      case "ca/ca.key" -> folder.resolve("ca/ca.key").toString();
      case "ca/a", "tls/node.crt", "tls/node.key" ->
          folder.resolve("ca-" + host).resolve(word.replaceFirst("ca/a|tls/", "")).toString();
      default -> word;
    };
  }

  private String good(List<String> command) throws IOException, InterruptedException {
    var run = quiver.run(command.toArray(String[]::new));
    assertThat(run.exitCode()).as("%s: %s", command, run.err()).isZero();
    return run.out();
  }

  private void certify() throws Exception {
    good(command("cert create-ca", "a"));
    for (var host : HOSTS) {
      certify(host);
    }
    good(List.of("master-key", "create", folder.resolve("quiver-master.key").toString()));
  }

  private void certify(String host) throws Exception {
    ids.put(host, good(command("cert node-id", host)).strip());
    good(command("cert node --node-id", host));
  }

  private void serve(String host) throws IOException {
    var command = new ArrayList<>(command("serve", host));
    command.add("--master-key-file");
    command.add(folder.resolve("quiver-master.key").toString());
    nodes.add(quiver.start(folder.resolve(host + ".log"), command.toArray(String[]::new)));
  }

  private Distribution.Run status(String host, String... more)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(command("status", host));
    command.addAll(List.of(more));
    return quiver.run(command.toArray(String[]::new));
  }

  private String form() throws Exception {
    // On the node's own machine, it is at localhost:7070.
    var command = new ArrayList<>(command("cluster init", "a"));
    command.addAll(List.of("--endpoint", "localhost:" + clientPorts.get("a")));
    command.addAll(List.of("--output", "json"));
    awaitListening();
    var formed = good(command);
    var key = Pattern.compile("\"admin_key\" ?: ?\"(qvk_[^\"]+)\"").matcher(formed);
    assertThat(key.find()).as(formed).isTrue();
    return key.group(1);
  }

  private void awaitListening() {
    await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(
            () -> {
              for (var host : HOSTS) {
                assertThat(folder.resolve(host + ".log")).content().contains("connect with: ");
              }
            });
  }

  @Test
  void clusterOfTheReadmeServesWhoeverHasItsKeyAndNobodyElse() throws Exception {
    certify();
    for (var host : HOSTS) {
      serve(host);
    }
    var key = form();

    var ready = status("b", "--timeout", "3m", "--api-key", key);
    assertThat(ready.exitCode()).as(ready.err()).isZero();
    assertThat(IntStream.range(0, 3).mapToObj(HOSTS::get).map(ids::get).toList())
        .allSatisfy(id -> assertThat(ready.out()).contains(id));

    var ca = folder.resolve("ca/ca.crt").toString();
    var endpoint = "127.0.0.1:" + clientPorts.get("c");
    var without = quiver.run("collection", "list", "--endpoint", endpoint, "--ca", ca);
    assertThat(without.exitCode()).isEqualTo(1);
    assertThat(without.err()).contains("authorization: none (expected: Bearer and an API key)");
    var wrong = key.substring(0, key.length() - 5) + "AAAAA";
    var forged =
        quiver.run("collection", "list", "--endpoint", endpoint, "--ca", ca, "--api-key", wrong);
    assertThat(forged.exitCode()).isEqualTo(1);
    assertThat(forged.err()).contains("api key: not known");

    try (var client =
            QuiverClient.builder()
                .seeds("localhost:" + clientPorts.get("a"))
                .tls(Path.of(ca))
                .apiKey(key)
                .build();
        var keyless = QuiverClient.builder().seeds(endpoint).tls(Path.of(ca)).build()) {
      var docs = client.createCollection("docs", Schema.cosine(2));
      docs.upsert(Point.of("a", 1, 2));
      assertThat(docs.search(1, 2).k(1).run()).hasSize(1);
      assertThatThrownBy(keyless::collections).isInstanceOf(UnauthenticatedException.class);
    }
    for (var host : HOSTS) {
      assertThat(folder.resolve(host + ".log")).content().doesNotContain(key, "INSECURE");
    }
  }

  @Test
  void nodeThatComesLaterJoinsByItsCertificateAndAnswersForTheOthers() throws Exception {
    certify();
    for (var host : HOSTS) {
      serve(host);
    }
    var key = form();
    var ready = status("a", "--timeout", "3m", "--api-key", key);
    assertThat(ready.exitCode()).as(ready.err()).isZero();
    var ca = folder.resolve("ca/ca.crt");
    try (var client =
        QuiverClient.builder()
            .seeds("localhost:" + clientPorts.get("a"))
            .tls(ca)
            .apiKey(key)
            .build()) {
      client.createCollection("docs", Schema.cosine(2)).upsert(Point.of("a", 1, 2));
    }

    choosePorts("d");
    certify("d");
    serve("d");
    await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(
            () -> assertThat(status("a", "--api-key", key).out()).contains(ids.get("d")));
    var whole = status("d", "--timeout", "3m", "--api-key", key);
    assertThat(whole.exitCode()).as(whole.err()).isZero();
    try (var client =
        QuiverClient.builder()
            .seeds("localhost:" + clientPorts.get("d"))
            .seedsOnly()
            .tls(ca)
            .apiKey(key)
            .build()) {
      assertThat(client.collection("docs").search(1, 2).k(1).run()).hasSize(1);
    }
  }

  @Test
  void nodeWithACertificateOfAnotherAuthorityOrNodeIsRefused() throws Exception {
    certify();
    // c has one of an authority of its own making.
    var foreign = folder.resolve("foreign").toString();
    good(List.of("cert", "create-ca", "--out", foreign));
    var ofC = folder.resolve("ca-c");
    Files.delete(ofC.resolve("node.crt"));
    Files.delete(ofC.resolve("node.key"));
    good(
        List.of(
            "cert",
            "node",
            "--node-id",
            ids.get("c"),
            "--ca",
            foreign + "/ca.crt",
            "--ca-key",
            foreign + "/ca.key",
            "--out",
            ofC.toString()));

    // Its own authorities do not have it.
    var command = new ArrayList<>(command("serve", "c"));
    command.addAll(List.of("--master-key-file", folder.resolve("quiver-master.key").toString()));
    var alien = quiver.run(command.toArray(String[]::new));
    assertThat(alien.exitCode()).isEqualTo(64);
    assertThat(alien.err()).contains("tls.certificate: ", "an authority of tls.ca");

    // One that trusts both authorities starts, and the others do not take it.
    var both =
        Files.writeString(
            folder.resolve("both.crt"),
            Files.readString(folder.resolve("ca/ca.crt"))
                + Files.readString(Path.of(foreign, "ca.crt")));
    serve("a");
    serve("b");
    command.set(command.indexOf("--tls-ca") + 1, both.toString());
    nodes.add(quiver.start(folder.resolve("c.log"), command.toArray(String[]::new)));
    awaitListening();
    var init = new ArrayList<>(command("cluster init", "a"));
    init.addAll(List.of("--endpoint", "localhost:" + clientPorts.get("a")));
    var refused = quiver.run(init.toArray(String[]::new));
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err()).contains("certificate of node " + ids.get("c"));

    // b's certificate does not make another node of a's folder.
    var asB = new ArrayList<>(command("serve", "b"));
    asB.set(asB.indexOf("--data-dir") + 1, folder.resolve("other").toString());
    asB.addAll(List.of("--master-key-file", folder.resolve("quiver-master.key").toString()));
    var other = quiver.run(asB.toArray(String[]::new));
    assertThat(other.exitCode()).isEqualTo(64);
    assertThat(other.err()).contains("tls.certificate: names node " + ids.get("b"));
  }
}
