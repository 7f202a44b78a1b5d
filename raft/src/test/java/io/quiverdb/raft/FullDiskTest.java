package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Vector;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A disk fills, and has room again.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class FullDiskTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path directory;

  @Test
  void writesAreRefusedAndDataCanBeDeletedUntilThereIsRoomAgain() {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var node = cluster.nodes().getFirst();
      var client = new TestClient(cluster);
      var docs = client.create("docs");
      assertThat(client.upsert(docs, "a", 1, 2)).isInstanceOf(Outcome.Applied.class);

      node.disk().free(9);
      awaitReason(node, "disk: 9 % free (expected: 10 % at least); writes are refused");

      assertThatThrownBy(() -> upsert(node, docs, "b").join())
          .hasCauseInstanceOf(ShardException.Overloaded.class)
          .hasMessageContaining("disk: 9 % free");
      assertThat(
              Objects.requireNonNull(node.metrics().getGauges().get(MetricNames.DISK_LOW))
                  .getValue())
          .isEqualTo(1);
      assertThat(client.get(docs, "a")).isPresent();
      assertThat(
              node.host()
                  .self()
                  .shard(0)
                  .write(ShardWrite.Delete.ofIds(TestClient.stamp(), docs.id(), List.of("a")))
                  .join()
                  .outcome())
          .isInstanceOf(Outcome.Applied.class);
      var _ = client.drop("docs");
      var more = client.create("more");

      node.disk().free(50);
      cluster.awaitReady();
      assertThat(client.upsert(more, "b", 1, 2)).isInstanceOf(Outcome.Applied.class);
    }
  }

  /// The others go on, and it catches up.
  @Test
  void replicasAreStoppedBeforeTheDiskIsFullAndGoOn() {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var docs = client.create("docs");
      assertThat(client.upsert(docs, "a", 1, 2)).isInstanceOf(Outcome.Applied.class);
      var full = cluster.awaitLeader(0);

      full.disk().free(2);
      awaitReason(full, "shard 0: stopped: the disk is nearly full");
      awaitReason(full, "catalogue: stopped: the disk is nearly full");
      assertThat(full.host().status().reasons())
          .contains("disk: 2 % free (expected: 10 % at least); replicas are stopped");

      var leader =
          Awaitility.await()
              .atMost(PATIENCE)
              .until(() -> cluster.awaitLeader(0), node -> node != full);
      assertThat(TestClient.retried(() -> upsert(leader, docs, "b")).outcome())
          .isInstanceOf(Outcome.Applied.class);
      assertThat(full.fatal()).isEmpty();

      full.disk().free(20);
      cluster.awaitReady();
      cluster.requireSame(0);
      assertThat(client.get(docs, "b")).isPresent();
    }
  }

  private static CompletableFuture<Written> upsert(
      TestCluster.Node node, CollectionInfo collection, String id) {
    var point = new Point(id, Vector.of(1, 2), Payload.EMPTY);
    return node.host()
        .self()
        .shard(0)
        .write(new ShardWrite.Upsert(TestClient.stamp(), collection.id(), List.of(point)));
  }

  private static void awaitReason(TestCluster.Node node, String reason) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> node.host().status().reasons().contains(reason));
  }
}
