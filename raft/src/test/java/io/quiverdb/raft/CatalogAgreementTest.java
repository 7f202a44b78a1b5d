package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.catalog.CatalogReplica;
import io.quiverdb.raft.catalog.CatalogReplica.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Replicas of the catalogue on three nodes, compared by the hashes of their states.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class CatalogAgreementTest {
  private static final CatalogGroup CATALOG = new CatalogGroup();

  @TempDir Path directory;

  @Test
  void replicasHashAlike() {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      client.create("kept");
      client.create("dropped");
      client.drop("dropped");
      client.create("shredded");
      client.shred("shredded");

      assertThat(hashes(cluster)).hasSize(3).satisfies(CatalogAgreementTest::areAlike);
    }
  }

  @Test
  void replicaThatWasStartedAgainHashesAsTheOthers() {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      client.create("before");
      var leader = cluster.awaitCatalogLeader();
      leader.kill();
      client.create("meanwhile");

      leader.start();
      cluster.awaitReady();

      assertThat(hashes(cluster)).hasSize(3).satisfies(CatalogAgreementTest::areAlike);
    }
  }

  @Test
  void replicaThatWasChangedBehindRaftsBackHashesOtherwiseFromThenOn() throws IOException {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      client.create("one");
      // So that nothing is applied while it is changed.
      assertThat(hashes(cluster)).hasSize(3).satisfies(CatalogAgreementTest::areAlike);
      var leader = cluster.awaitCatalogLeader();
      var odd = cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();

      skipACollectionId(odd);

      assertThatOnlyIsOdd(odd, hashes(cluster));
      client.create("two");
      assertThatOnlyIsOdd(odd, hashes(cluster));
    }
  }

  @Test
  void hashIsToldOnceTheEntryIsApplied() {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var later = new Position(0, 0, committedIndex(cluster) + 4);
      var asked =
          cluster.nodes().stream().map(node -> node.host().self().hashAt(CATALOG, later)).toList();

      for (int number = 0; committedIndex(cluster) < later.index(); number++) {
        client.create("collection-" + number);
      }

      assertThat(asked.stream().map(CompletableFuture::join).distinct()).hasSize(1);
      assertThat(asked.getFirst().join()).isPresent();
    }
  }

  private static void skipACollectionId(TestCluster.Node node) throws IOException {
    var replica = (CatalogReplica) node.host().replica(CATALOG).orElseThrow().state();
    var before = replica.open(replica.sealCheckpoint(ByteString.EMPTY));
    var message = before.message().toBuilder();
    message
        .getStateBuilder()
        .setLastCollectionCounter(message.getState().getLastCollectionCounter() + 1);
    replica.install(new Checkpoint(before.place(), before.configuration(), message.build()));
  }

  private static long committedIndex(TestCluster cluster) {
    return TestClient.retried(() -> cluster.awaitCatalogLeader().host().self().readIndex(CATALOG));
  }

  private static Map<NodeId, StateHash> hashes(TestCluster cluster) {
    var position = new Position(0, 0, committedIndex(cluster));
    Map<NodeId, StateHash> hashes = new TreeMap<>();
    for (var node : cluster.nodes()) {
      hashes.put(
          node.id(),
          TestClient.retried(() -> node.host().self().hashAt(CATALOG, position)).orElseThrow());
    }
    return hashes;
  }

  private static void areAlike(Map<NodeId, StateHash> hashes) {
    assertThat(hashes.values().stream().distinct()).hasSize(1);
  }

  private static void assertThatOnlyIsOdd(TestCluster.Node odd, Map<NodeId, StateHash> hashes) {
    var others = new TreeMap<>(hashes);
    var hash = others.remove(odd.id());
    areAlike(others);
    assertThat(others).hasSize(2).doesNotContainValue(hash);
  }
}
