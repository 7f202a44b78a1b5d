package io.quiverdb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.node.StartupException.BadConfiguration;
import io.quiverdb.node.api.Limits;
import io.quiverdb.node.security.TlsFiles;
import io.quiverdb.node.telemetry.NodeLogging;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.RaftTiming;
import io.quiverdb.raft.SnapshotLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeConfigTest {
  @TempDir private Path directory;

  @Test
  void nodeWithoutAnyConfigurationIsAloneOnLoopback() {
    assertThat(load(Map.of(), Map.of()))
        .isEqualTo(
            new NodeConfig(
                Path.of("./quiver-data"),
                new Endpoint("127.0.0.1", 7070),
                new Endpoint("127.0.0.1", 7071),
                new Endpoint("127.0.0.1", 7072),
                "127.0.0.1",
                List.of(),
                new KeyConfig(Optional.empty(), Optional.empty(), Optional.empty(), true),
                Optional.empty(),
                false,
                128 << 20,
                2L << 30,
                200_000,
                1_000_000,
                NodeLogging.Format.TEXT,
                Duration.ofSeconds(30),
                RaftTiming.PRODUCTION,
                SnapshotLimits.STANDARD,
                Duration.ofDays(1),
                Limits.STANDARD));
  }

  @Test
  void commandLineGoesBeforeEnvironmentBeforeFile() throws IOException {
    var file = file("log.format = json\ncall-timeout = 5s\nlimits { k = 7 }");
    var environment = Map.of("QUIVER_CALL_TIMEOUT", "6s", "QUIVER_LIMITS_K", "8");

    var config = NodeConfig.load(Optional.of(file), environment, Map.of("limits.k", "9"));

    assertThat(config.logFormat()).isEqualTo(NodeLogging.Format.JSON);
    assertThat(config.callTimeout()).isEqualTo(Duration.ofSeconds(6));
    assertThat(config.limits().kMax()).isEqualTo(9);
  }

  // Values other than the defaults, so that each override shows.
  @ParameterizedTest
  @CsvSource({
    "data-dir, /tmp/q",
    "master-key, text",
    "master-key-file, /tmp/k",
    "previous-master-key-file, /tmp/p",
    "encrypt, false",
    "listen, localhost:1",
    "peer-listen, localhost:2",
    "raft-listen, localhost:3",
    "advertise, me",
    "join, a",
    "insecure, true",
    "page-cache, 256m",
    "vector-memory, 8g",
    "graph-waiting-rows, 0",
    "recall-rows, 0",
    "raft-log.segment, 8m",
    "raft-log.tail, 0",
    "snapshot-rate, 1m",
    "scrub-interval, 1h",
    "log.format, json",
    "call-timeout, 1s",
    "election.timeout-min, 900ms",
    "election.timeout-max, 3s",
    "limits.dimension, 4",
    "limits.payload-bytes, 1KiB",
    "limits.id-bytes, 6",
    "limits.k, 7",
    "limits.request-bytes, 8MiB",
    "limits.response-bytes, 9MiB",
    "limits.reading-time, 2m"
  })
  void everyKeyHasItsOverrides(String key, String value) throws IOException {
    var standard = load(Map.of(), Map.of());

    var byFile =
        NodeConfig.load(Optional.of(file(key + " = \"" + value + "\"")), Map.of(), Map.of());
    var byEnvironment = load(Map.of(ConfigSource.variable(key), value), Map.of());
    var byCommandLine = load(Map.of(), Map.of(key, value));

    assertThat(ConfigSource.keys()).contains(key).hasSize(34);
    assertThat(byFile).isNotEqualTo(standard).isEqualTo(byEnvironment).isEqualTo(byCommandLine);
  }

  @ParameterizedTest
  @CsvSource({"file", "environment", "command line"})
  void certificatesComeTogether(String where) throws IOException {
    var tls =
        Map.of(
            "tls.certificate", "/c", "tls.key", "/k", "tls.ca", "/a", "tls.client-ca", "/clients");

    var config =
        switch (where) {
          case "file" ->
              NodeConfig.load(
                  Optional.of(file("tls {certificate=/c, key=/k, ca=/a, client-ca=/clients}")),
                  Map.of(),
                  Map.of());
          case "environment" ->
              load(
                  Map.of(
                      "QUIVER_TLS_CERTIFICATE", "/c",
                      "QUIVER_TLS_KEY", "/k",
                      "QUIVER_TLS_CA", "/a",
                      "QUIVER_TLS_CLIENT_CA", "/clients"),
                  Map.of());
          default -> load(Map.of(), tls);
        };

    assertThat(config.tls())
        .contains(
            new TlsFiles(
                Path.of("/c"), Path.of("/k"), Path.of("/a"), Optional.of(Path.of("/clients"))));
    refuses(Map.of("tls.certificate", "/c", "tls.ca", "/a"), "tls.key: not set (expected: a file");
    refuses(Map.of("tls.client-ca", "/clients"), "tls.certificate: not set (expected: a file");
  }

  @Test
  void nodeWithCertificatesMayListenBeyondLoopback() {
    var config =
        load(
            Map.of(),
            Map.of(
                "listen", "0.0.0.0:7070",
                "tls.certificate", "/c",
                "tls.key", "/k",
                "tls.ca", "/a"));

    assertThat(config.isExposed()).isTrue();
    assertThat(config.insecure()).isFalse();
  }

  @Test
  void environmentVariableIsTheKeyInCapitals() {
    assertThat(ConfigSource.variable("limits.payload-bytes"))
        .isEqualTo("QUIVER_LIMITS_PAYLOAD_BYTES");
  }

  @Test
  void joinTakesAListOrTextAndKnowsThePeerPort() throws IOException {
    var list = NodeConfig.load(Optional.of(file("join = [a, \"b:9\"]")), Map.of(), Map.of());
    var text = load(Map.of(), Map.of("join", "a, b:9,[::1]:9"));

    assertThat(list.join()).containsExactly("a:7071", "b:9");
    assertThat(text.join()).containsExactly("a:7071", "b:9", "[::1]:9");
  }

  @Test
  void portsWithoutAHostAreOnTheInterfaceOfClients() {
    var config =
        load(Map.of(), Map.of("listen", "0.0.0.0:7070", "insecure", "true", "advertise", "db1"));

    assertThat(config.peerListen()).isEqualTo(new Endpoint("0.0.0.0", 7071));
    assertThat(config.addresses()).isEqualTo(new NodeAddresses("db1:7070", "db1:7071", "db1:7072"));
    assertThat(config.isExposed()).isTrue();
  }

  @Test
  void nodeBeyondLoopbackRefusesUnlessToldToBeInsecure() {
    refuses(
        Map.of("listen", "0.0.0.0:7070"),
        "listen: 0.0.0.0:7070 is beyond loopback, where without TLS no connection is encrypted and"
            + " nobody is authenticated (expected: tls.certificate, tls.key and tls.ca, which"
            + " `quiver cert` makes; or a loopback address; or insecure = true)");
    refuses(Map.of("raft-listen", "0.0.0.0:7072"), "raft-listen: 0.0.0.0:7072 is beyond loopback");
  }

  @Test
  void misspeltKeyIsNamedWithItsNearest() throws IOException {
    var file = file("log.fromat = json");

    assertThatThrownBy(() -> NodeConfig.load(Optional.of(file), Map.of(), Map.of()))
        .isInstanceOfSatisfying(BadConfiguration.class, e -> assertThat(e.exitCode()).isEqualTo(64))
        .hasMessage("log.fromat: unknown key in " + file + " (expected: perhaps log.format)");
    refuses(
        Map.of("lissten", "x"), "lissten: unknown key in command line (expected: perhaps listen)");
  }

  @Test
  void misspeltSectionIsNamedThoughItIsEmpty() throws IOException {
    var file = file("limts {}");

    assertThatThrownBy(() -> NodeConfig.load(Optional.of(file), Map.of(), Map.of()))
        .hasMessageStartingWith("limts: unknown key");
  }

  @Test
  void unreadableFileIsNamed() {
    var missing = directory.resolve("none.conf");

    assertThatThrownBy(() -> NodeConfig.load(Optional.of(missing), Map.of(), Map.of()))
        .isInstanceOf(BadConfiguration.class)
        .hasMessage("config: " + missing + " cannot be read (expected: a file)");
  }

  @Test
  void fileThatIsNoHoconSaysWhere() throws IOException {
    var file = file("listen = \"127.0.0.1:7070\"\nlimits {");

    assertThatThrownBy(() -> NodeConfig.load(Optional.of(file), Map.of(), Map.of()))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(file.getFileName() + ": 2");
  }

  @Test
  void masterKeyIsNeverShown() throws IOException {
    var file = file("master-key = [\"quiver-master-key-1:secret\"]");

    assertThatThrownBy(() -> NodeConfig.load(Optional.of(file), Map.of(), Map.of()))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("master-key: (not shown) in ")
        .hasMessageNotContaining("secret");
  }

  @Test
  void wrongValuesNameKeyValueAndExpectation() {
    refuses(
        Map.of("log.format", "xml"),
        "log.format: \"xml\" in command line (expected: text or json)");
    refuses(
        Map.of("limits.k", "20000"), "limits.k: \"20000\" in command line (expected: 1 to 10000)");
    refuses(Map.of("limits.k", "ten"), "limits.k: \"ten\" in command line (expected: 1 to 10000)");
    refuses(
        Map.of("limits.payload-bytes", "0"),
        "limits.payload-bytes: \"0\" in command line (expected: 1 to 65536)");
    refuses(
        Map.of("call-timeout", "soon"),
        "call-timeout: \"soon\" in command line (expected: a duration above 0, such as 30s)");
    refuses(
        Map.of("call-timeout", "0s"),
        "call-timeout: \"0s\" in command line (expected: a duration above 0, such as 30s)");
    for (var value : List.of("much", "-1", "0", "1000KiB", "100000g", "9999999999999999999g")) {
      refuses(
          Map.of("page-cache", value),
          "page-cache: \"%s\" in command line (expected: 1048576 to %d bytes, such as 256m)"
              .formatted(value, Runtime.getRuntime().maxMemory() / 4 * 3));
    }
    refuses(
        Map.of("vector-memory", "-1"),
        "vector-memory: \"-1\" in command line (expected: 0 to 1125899906842624 bytes, such as"
            + " 256m)");
    refuses(
        Map.of("insecure", "maybe"),
        "insecure: \"maybe\" in command line (expected: true or false)");
    refuses(Map.of("listen", "7070x"), "listen: \"7070x\" in command line (expected: host:port)");
    refuses(Map.of("listen", ":7070"), "listen: \":7070\" in command line (expected: host:port)");
    refuses(
        Map.of("peer-listen", ":70710"),
        "peer-listen: \":70710\" in command line (expected: host:port or :port)");
    refuses(
        Map.of("join", "a b:c:d"),
        "join: \"a b:c:d\" (expected: peer addresses, host or host:port)");
    refuses(
        Map.of("election.timeout-min", "5s"),
        "election.timeout-max: PT2S (expected: at least election.timeout-min, PT5S)");
  }

  private static void refuses(Map<String, String> overrides, String message) {
    assertThatThrownBy(() -> load(Map.of(), overrides))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageStartingWith(message);
  }

  private static NodeConfig load(Map<String, String> environment, Map<String, String> overrides) {
    return NodeConfig.load(Optional.empty(), environment, overrides);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("node.conf"), text);
  }
}
