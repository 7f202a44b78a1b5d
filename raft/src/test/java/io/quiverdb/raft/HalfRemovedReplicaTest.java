package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.RequestId;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.Shredding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A node that cannot delete all that a removed replica has left, in a process that goes on.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class HalfRemovedReplicaTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final ShardGroup SHARD = new ShardGroup(0);

  @TempDir Path directory;

  @Test
  void whatIsLeftOfARemovedReplicaIsToldOfUntilItIsDeletedWhichIsTriedAgain() throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("formed"), 3, 1)) {
      var client = new TestClient(cluster);
      var gone = client.create("gone");
      for (int point = 0; point < 20; point++) {
        var _ = client.upsert(gone, "p-" + point, point, 1);
      }
      var coming = cluster.addNode(directory.resolve("fourth"));
      TestClient.retried(() -> coming.host().join(cluster.nodes().getFirst().addresses().peer()));
      var leader = cluster.awaitLeader(0);
      var going =
          cluster.nodes().stream()
              .filter(node -> node != leader && node != coming)
              .findFirst()
              .orElseThrow();
      // Of a snapshot that it has begun to fetch; and something that is no file of one.
      Path incoming = going.directory().resolve("incoming/0");
      Path stuck = incoming.resolve("directory/file");
      Files.createDirectories(stuck);
      Files.write(incoming.resolve("half"), new byte[100]);

      var _ =
          client.change(
              new CatalogWrite.MoveReplica(
                  new RequestId(UUID.randomUUID()), 0, going.id(), coming.id()));

      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  going.host().status().reasons().stream()
                      .anyMatch(reason -> reason.startsWith("shard 0: being removed")));
      assertThat(going.host().replica(SHARD)).isEmpty();
      long id = client.shred("gone");
      assertThat(going.host().self().erasure(id, false).join())
          .filteredOn(replica -> replica.group().equals(SHARD))
          .singleElement()
          .satisfies(
              replica -> assertThat(replica.outstanding().toString()).contains("removed replica"));
      assertThat(shredding(cluster, id).complete()).isFalse();

      Files.delete(stuck);
      Files.delete(incoming.resolve("directory"));

      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> going.host().status().replicas().stream().noneMatch(this::isOfTheShard));
      assertThat(incoming).doesNotExist();
      assertThat(going.directory().resolve("shards/0")).doesNotExist();
      assertThat(going.directory().resolve("raft-aside")).isEmptyDirectory();
      Awaitility.await().atMost(PATIENCE).until(() -> shredding(cluster, id).complete());
      cluster.awaitReady();
      assertThat(going.fatal()).isEmpty();
    }
  }

  private boolean isOfTheShard(ReplicaStatus replica) {
    return replica.group().equals(SHARD);
  }

  private static Shredding shredding(TestCluster cluster, long id) {
    return cluster.awaitCatalogLeader().host().catalog().orElseThrow().view().shreddings().stream()
        .filter(one -> one.collectionId() == id)
        .findFirst()
        .orElseThrow();
  }
}
