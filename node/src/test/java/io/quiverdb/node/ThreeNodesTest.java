package io.quiverdb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quiverdb.node.StartupException.DataDirectoryRefused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes in one process: formed, forwarding, one of them lost and back.
class ThreeNodesTest {
  private static final int NODES = 3;

  @TempDir private Path directory;
  private NodeHarness nodes;

  @BeforeEach
  void plan() {
    nodes = new NodeHarness(directory, NODES);
  }

  @AfterEach
  void stop() {
    nodes.close();
  }

  @Test
  void clusterIsFormedForwardsAndOutlivesANode() {
    IntStream.range(0, NODES).forEach(nodes::start);
    assertThat(nodes.get(0, "/readyz").statusCode()).isEqualTo(503);

    var formed = nodes.post(1, "/v1/cluster/init", "");

    assertThat(formed.statusCode()).as(formed.body()).isEqualTo(200);
    assertThat(formed.body()).contains("\"nodes\":3,\"shards\":3,\"replication_factor\":3");
    IntStream.range(0, NODES).forEach(this::awaitReady);

    assertThat(nodes.put(0, "/v1/collections/docs", "{\"dimension\": 2}").statusCode())
        .isEqualTo(200);
    // Each node leads some shard at most, so most of these are forwarded.
    for (int node = 0; node < NODES; node++) {
      upsertThrough(node, "before-" + node);
      assertThat(count(node)).isEqualTo((node + 1) * 20);
    }
    assertThat(nodes.post(2, "/v1/cluster/check", "").body()).startsWith("{\"equal\":true");

    nodes.stop(0);
    var ofOthers = nodes.config(0, Map.of("join", "127.0.0.1:1,127.0.0.1:2,127.0.0.1:3"));
    assertThatThrownBy(() -> QuiverNode.start(ofOthers))
        .isInstanceOf(DataDirectoryRefused.class)
        .hasMessageContaining("(expected: of the nodes of join, ");
    upsertThrough(1, "without");
    assertThat(count(2)).isEqualTo(80);
    assertThat(nodes.get(1, "/v1/cluster/status").body()).contains("\"reachable\":false");

    nodes.start(0);
    awaitReady(0);
    assertThat(count(0)).isEqualTo(80);
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () ->
                assertThat(nodes.post(0, "/v1/cluster/check", "").body())
                    .startsWith("{\"equal\":true"));
  }

  private void awaitReady(int node) {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              var ready = nodes.get(node, "/readyz");
              assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
            });
  }

  /// Twenty points, under one request id until all are there: a leader may just be changing.
  private void upsertThrough(int node, String prefix) {
    var points = new StringBuilder();
    for (int number = 0; number < 20; number++) {
      points
          .append(number == 0 ? "" : ",")
          .append("{\"id\": \"%s-%d\", \"vector\": [1, %d]}".formatted(prefix, number, number));
    }
    String body =
        "{\"points\": [%s], \"options\": {\"request_id\": \"%s\"}}"
            .formatted(points, UUID.randomUUID());
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              var written = nodes.post(node, "/v1/collections/docs/points", body);
              assertThat(written.statusCode()).as(written.body()).isEqualTo(200);
              assertThat(written.body()).doesNotContain("\"error\"");
            });
  }

  private int count(int node) {
    var answer = new String[1];
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              var counted = nodes.post(node, "/v1/collections/docs/points/count", "");
              assertThat(counted.statusCode()).as(counted.body()).isEqualTo(200);
              answer[0] = counted.body();
            });
    return Integer.parseInt(answer[0].replaceFirst("\\{\"count\":(\\d+).*", "$1"));
  }
}
