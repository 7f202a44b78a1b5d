package io.quiverdb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quiverdb.node.StartupException.DataDirectoryRefused;
import io.quiverdb.node.StartupException.PortInUse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One node, a cluster of its own.
class QuiverNodeTest {
  @TempDir private Path directory;
  private NodeHarness nodes;

  @BeforeEach
  void plan() {
    nodes = new NodeHarness(directory, 1);
  }

  @AfterEach
  void stop() {
    nodes.close();
  }

  @Test
  void nodeAloneServesAndKeepsWhatItAcknowledged() {
    nodes.start(0);
    assertThat(nodes.put(0, "/v1/collections/docs", "{\"dimension\": 2}").statusCode())
        .isEqualTo(200);
    var written =
        nodes.post(
            0,
            "/v1/collections/docs/points",
            """
            {"points": [{"id": "a", "vector": [1, 0], "payload": {"n": 9007199254740993}},
                        {"id": "b", "vector": [0, 1]}]}\
            """);
    assertThat(written.statusCode()).as(written.body()).isEqualTo(200);

    nodes.stop(0);
    nodes.start(0);

    awaitReady(0);
    assertThat(nodes.post(0, "/v1/collections/docs/points/count", "").body())
        .startsWith("{\"count\":2,");
    assertThat(
            nodes
                .post(
                    0,
                    "/v1/collections/docs/search",
                    "{\"vector\": [1, 0], \"k\": 1, \"with_payload\": true}")
                .body())
        .contains("\"id\":\"a\"", "{\"n\": 9007199254740993}");
    assertThat(nodes.post(0, "/v1/cluster/check", "").body()).startsWith("{\"equal\":true");
  }

  @Test
  void metricsShowWhatRatisMeasures() {
    nodes.start(0);
    awaitReady(0);

    assertThat(nodes.get(0, "/metrics").body())
        .contains(
            "quiver_ratis_",
            "quiver_shard_role{role=\"leader\",shard=\"0\"} 1.0",
            "quiver_shards_under_replicated 0.0")
        .doesNotContain("quiver_raft_term", "quiver_raft_applied_index");
  }

  @Test
  void secondInitNamesTheCluster() {
    nodes.start(0);

    var again = nodes.post(0, "/v1/cluster/init", "");

    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(again.body()).contains("\"code\":\"ALREADY_EXISTS\"", "cluster: formed as ");
  }

  @Test
  void lockedDataDirectoryIsRefusedAndLeftAlone() {
    nodes.start(0);
    var other = new NodeHarness(directory, 1);

    assertThatThrownBy(() -> other.start(0))
        .isInstanceOfSatisfying(
            DataDirectoryRefused.class, e -> assertThat(e.exitCode()).isEqualTo(73))
        .hasMessageContaining("locked");

    assertThat(nodes.get(0, "/v1/collections").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:1", "127.0.0.1:1,127.0.0.1:2,127.0.0.1:3"})
  void dataDirectoryOfAnotherClusterIsRefused(String join) {
    nodes.start(0);
    nodes.stop(0);

    var others = nodes.config(0, Map.of("join", join));

    assertThatThrownBy(() -> QuiverNode.start(others))
        .isInstanceOfSatisfying(
            DataDirectoryRefused.class, e -> assertThat(e.exitCode()).isEqualTo(73))
        .hasMessageContaining("belongs to cluster")
        .hasMessageContaining("(expected: of the nodes of join, ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"listen", "peer-listen", "raft-listen"})
  void portInUseIsNamedWithItsKeyAndNothingIsLeftOpen(String key) throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String taken = "127.0.0.1:" + socket.getLocalPort();
      var config = nodes.config(0, Map.of(key, taken));

      assertThatThrownBy(() -> QuiverNode.start(config))
          .isInstanceOfSatisfying(PortInUse.class, e -> assertThat(e.exitCode()).isEqualTo(64))
          .hasMessage(key + ": " + taken + " is in use (expected: a free port)");
    }
    nodes.start(0);
    awaitReady(0);
  }

  @Test
  void nodeThatJoinsNobodyWaitsAndSaysSo() {
    var waiting = nodes.config(0, Map.of("join", "127.0.0.1:1,127.0.0.1:2,127.0.0.1:3"));

    try (var node = QuiverNode.start(waiting)) {
      assertThat(node.port()).isPositive();
      var ready = nodes.get(0, "/readyz");
      var init = nodes.post(0, "/v1/cluster/init", "");

      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("waiting for cluster init");
      assertThat(init.statusCode()).isEqualTo(503);
      assertThat(init.body()).contains("127.0.0.1:1, 127.0.0.1:2, 127.0.0.1:3");
      assertThat(nodes.get(0, "/healthz").statusCode()).isEqualTo(200);
    }
  }

  private void awaitReady(int node) {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> assertThat(nodes.get(node, "/readyz").statusCode()).isEqualTo(200));
  }
}
