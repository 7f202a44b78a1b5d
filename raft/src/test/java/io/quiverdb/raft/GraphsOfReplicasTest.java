package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Query;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.Vector;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Each replica has the graphs of its segments, keeps them, and makes good what is damaged of them.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class GraphsOfReplicasTest {
  private static final int POINTS = 2 * TestCluster.GRAPH_ROWS_MIN;

  @TempDir Path directory;

  @Test
  void graphsAreBuiltOnEachReplicaAndReadAtItsNextStart() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var collection = written(cluster);
      for (var node : cluster.nodes()) {
        awaitGauge(node, "graph.rows", POINTS);
        assertThat(gauge(node, "graph.built.rows.total")).isEqualTo(POINTS);
        assertThat(gauge(node, "graph.waiting.rows")).isZero();
      }
      assertThat(ways(cluster, collection)).containsExactly(Way.GRAPH);

      var node = cluster.nodes().getFirst();
      node.kill();
      node.start();

      awaitGauge(node, "graph.rows", POINTS);
      assertThat(gauge(node, "graph.built.rows.total")).isZero();
      assertThat(gauge(node, "graph.read.rows.total")).isEqualTo(POINTS);
      cluster.requireSame(0);
    }
  }

  @Test
  void replicaWithADamagedGraphStaysAndWritesItAgain() throws Exception {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var collection = written(cluster);
      var node = cluster.nodes().getFirst();
      awaitGauge(node, "graph.rows", POINTS);
      rotGraph(node);

      assertThat(verify(node, collection)).isEqualTo(1);

      awaitGauge(node, "graph.damaged.total", 1);
      Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> verify(node, collection) == 0);
      assertThat(node.host().status().ready()).isTrue();
      assertThat(damaged(node)).isZero();
      assertThat(ways(cluster, collection)).containsExactly(Way.GRAPH);
    }
  }

  @Test
  void statusAndMetricsTellWhatSampledSearchesFound() throws Exception {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var _ = written(cluster);
      var node = cluster.nodes().getFirst();
      awaitGauge(node, "graph.rows", POINTS);
      assertThat(shard(node).recall()).isEmpty();
      assertThat(gauge(node, "recall.queries.total")).isEqualTo(-1);

      node.pass(Duration.ofMinutes(1));

      awaitGauge(node, "recall.queries.total", 1);
      var recall = shard(node).recall().orElseThrow();
      assertThat(recall.queries()).isEqualTo(1);
      assertThat(recall.expected()).isEqualTo(10);
      assertThat(node.metrics().getGauges())
          .hasEntrySatisfying(
              "quiver.store.recall.at.10{shard=0}",
              gauge -> assertThat(gauge.getValue()).isEqualTo(recall.atTen()));
      assertThat(shard(node).index().orElseThrow().graphRows()).isEqualTo(POINTS);
    }
  }

  private static ReplicaStatus shard(TestCluster.Node node) {
    return node.host().status().replicas().stream()
        .filter(replica -> replica.group().equals(new GroupKey.ShardGroup(0)))
        .findFirst()
        .orElseThrow();
  }

  private static CollectionInfo written(TestCluster cluster) {
    var client = new TestClient(cluster);
    var collection = client.create("things");
    for (int number = 0; number < POINTS; number++) {
      var _ = client.upsert(collection, "p-" + number, number % 31, number);
    }
    cluster.requireSame(0);
    cluster.nodes().forEach(node -> node.host().checkpoint());
    return collection;
  }

  private static List<Way> ways(TestCluster cluster, CollectionInfo collection) {
    var query =
        new Query(
            Vector.of(1, 2),
            3,
            Optional.empty(),
            false,
            false,
            false,
            OptionalInt.of(3),
            Optional.empty());
    var leader = cluster.awaitLeader(0).host().self().shard(0);
    return leader.explain(collection.id(), query).join().value().stream()
        .filter(plan -> plan.segment().isPresent())
        .map(SegmentPlan::way)
        .toList();
  }

  private static long verify(TestCluster.Node node, CollectionInfo collection) {
    return TestClient.retried(() -> node.host().self().verify(0, collection.id())).damageCount();
  }

  private static void rotGraph(TestCluster.Node node) throws IOException {
    Path graph;
    try (var paths = Files.walk(node.directory().resolve("shards").resolve("0"))) {
      graph =
          paths
              .filter(path -> path.getFileName().toString().startsWith("idx-"))
              .findFirst()
              .orElseThrow();
    }
    try (var file = new RandomAccessFile(graph.toFile(), "rw")) {
      long middle = file.length() / 2;
      file.seek(middle);
      int flipped = file.read() ^ 1;
      file.seek(middle);
      file.write(flipped);
    }
  }

  private static void awaitGauge(TestCluster.Node node, String name, long value) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(() -> assertThat(gauge(node, name)).as(name).isEqualTo(value));
  }

  private static long gauge(TestCluster.Node node, String name) {
    return number(node, "quiver.store." + name + "{shard=0}");
  }

  private static long damaged(TestCluster.Node node) {
    return number(node, "quiver.shard.damaged{shard=0}");
  }

  private static long number(TestCluster.Node node, String gauge) {
    var found = node.metrics().getGauges().get(gauge);
    return found == null ? -1 : ((Number) Objects.requireNonNull(found.getValue())).longValue();
  }
}
