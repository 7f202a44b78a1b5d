package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Vector;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.catalog.Shredding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/// Shreds collections of clusters of whole nodes, and looks for what was on their disks before.
///
/// Everything that can hold a collection's keys or rows is sealed, so what is looked for are the
/// sealed bytes themselves: of each entry of each log, each manifest and each copy of the catalogue
/// that was there before. Keys that are nowhere in those are nowhere.
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ErasureTest {
  private static final int WINDOW_BYTES = Long.BYTES;

  @TempDir Path directory;

  /// By their first bytes.
  private final Map<Long, String> canaries = new HashMap<>();

  @Test
  void nothingOfAShreddedCollectionIsLeftOnAnyNodeOneThatWasDownIncluded() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 2)) {
      var client = new TestClient(cluster);
      var kept = client.create("kept");
      var gone = client.create("gone");
      write(client, gone);
      write(client, kept);
      cluster.nodes().forEach(node -> node.host().checkpoint());
      write(client, gone);
      plant(cluster);
      assertThat(found(cluster)).isNotEmpty();
      var away = followerOfTheCatalogue(cluster);
      var awayId = away.id();
      away.kill();

      long id = client.shred("gone");

      assertThat(id).isEqualTo(gone.id());
      cluster.nodes().stream()
          .filter(TestCluster.Node::isUp)
          .forEach(node -> awaitErased(node, id));
      assertThat(shredding(cluster, id).complete()).isFalse();
      assertThat(client.upsert(gone, "x", 1, 2)).isInstanceOf(Outcome.NotFound.class);

      away.start();
      awaitComplete(cluster, id);

      assertThat(away.id()).isEqualTo(awayId);
      assertThat(found(cluster)).isEmpty();
      assertThat(client.count(kept, 0) + client.count(kept, 1)).isEqualTo(10);
      cluster.requireSame(0);
      cluster.requireSame(1);
      assertThat(client.create("gone").id()).isNotEqualTo(id);
    }
  }

  /// It never comes back, so that nothing else would delete them.
  @Test
  void collectionIsNotSaidToBeErasedWhileAQuarantinedReplicaHasFiles() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var gone = client.create("gone");
      write(client, gone);
      cluster.nodes().forEach(node -> node.host().checkpoint());
      write(client, gone);
      var away = followerOfTheCatalogue(cluster);
      var clusterId = away.host().claim().orElseThrow().clusterId();
      var group = GroupIds.of(clusterId, new GroupKey.ShardGroup(0)).getUuid().toString();
      plant(cluster);
      away.kill();
      Files.write(
          away.directory().resolve("raft").resolve(group).resolve("current/raft-meta"),
          new byte[] {1});
      away.start();
      assertThat(away.host().self().erasure(gone.id(), false).join())
          .filteredOn(replica -> replica.group() instanceof GroupKey.ShardGroup)
          .singleElement()
          .satisfies(
              replica -> assertThat(replica.outstanding().toString()).contains("quarantine"));

      long id = client.shred("gone");
      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .until(
              () ->
                  cluster.nodes().stream()
                      .filter(node -> node != away)
                      .allMatch(node -> isErased(node, id)));

      assertThat(isErased(away, id)).isFalse();
      assertThat(away.directory().resolve("shards/0")).exists();
    }
  }

  private static boolean isErased(TestCluster.Node node, long collectionId) {
    return node.host().self().erasure(collectionId, false).join().stream()
        .filter(replica -> replica.group() instanceof GroupKey.ShardGroup)
        .allMatch(ReplicaErasure::isComplete);
  }

  /// [io.quiverdb.raft.catalog.CollectionScheduleTest] has them die between any two steps.
  @Test
  @EnabledIfEnvironmentVariable(named = "QUIVER_LONG_TESTS", matches = "1")
  void catalogueLeadersThatDieOneAfterTheOtherLeaveTheErasureToTheNext() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var gone = client.create("gone");
      write(client, gone);
      plant(cluster);

      long id = client.shred("gone");
      for (int death = 0; death < 3; death++) {
        var leader = cluster.awaitCatalogLeader();
        leader.kill();
        var _ = cluster.awaitCatalogLeader();
        leader.start();
        cluster.awaitReady();
      }

      awaitComplete(cluster, id);
      assertThat(found(cluster)).isEmpty();
    }
  }

  /// Nobody else takes over when it ends its term.
  @Test
  @EnabledIfEnvironmentVariable(named = "QUIVER_LONG_TESTS", matches = "1")
  void singleNodeErasesRestartsAndGrows() throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("first"), 1, 1)) {
      var client = new TestClient(cluster);
      var gone = client.create("gone");
      write(client, gone);
      var kept = client.create("kept");
      write(client, kept);
      plant(cluster);

      long id = client.shred("gone");

      awaitComplete(cluster, id);
      assertThat(found(cluster)).isEmpty();
      var only = cluster.nodes().getFirst();
      only.kill();
      only.start();
      cluster.awaitReady();
      assertThat(shredding(cluster, id).complete()).isTrue();
      // Its log does not begin with the first entry any more: who joins gets the rest as a whole.
      for (var name : List.of("second", "third")) {
        var joining = cluster.addNode(directory.resolve(name));
        TestClient.retried(() -> joining.host().join(only.addresses().peer()));
      }
      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .until(
              () ->
                  cluster.nodes().stream()
                      .allMatch(node -> node.host().replica(new CatalogGroup()).isPresent()));
      cluster.awaitReady();
      assertThat(client.count(kept, 0)).isEqualTo(10);
      assertThat(client.create("gone").id()).isNotEqualTo(id);
    }
  }

  @Test
  void clusterWithoutEncryptionRefusesToShred() {
    try (var cluster = TestCluster.formed(directory, 1, 1, List.of())) {
      var client = new TestClient(cluster);
      var _ = client.create("plain");

      assertThatThrownBy(() -> client.shred("plain"))
          .hasRootCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("without encryption");
      client.drop("plain");
    }
  }

  /// From long ago, and never to be logged: it brings the keys.
  @Test
  void createThatComesAfterTheShreddingIsNotLogged() {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var client = new TestClient(cluster);
      var gone = client.create("gone");
      long id = client.shred("gone");
      awaitComplete(cluster, id);
      var node = cluster.awaitLeader(0);
      long applied = node.host().replica(new ShardGroup(0)).orElseThrow().machine().applied().get();

      var late =
          TestClient.retried(
              () ->
                  node.host()
                      .self()
                      .shard(0)
                      .write(
                          new ShardWrite.CreateCollection(
                              TestClient.stamp(),
                              id,
                              gone.catalogIndex(),
                              "gone",
                              gone.descriptor(),
                              Settings.NONE,
                              gone.wrappedKeys())));

      assertThat(late.outcome()).isInstanceOf(Outcome.Superseded.class);
      assertThat(node.host().replica(new ShardGroup(0)).orElseThrow().machine().applied().get())
          .isEqualTo(applied);
    }
  }

  private static void write(TestClient client, CollectionInfo collection) {
    for (int point = 0; point < 10; point++) {
      var outcome =
          client.upsert(
              collection,
              new Point(
                  collection.name() + System.nanoTime(),
                  Vector.of(1, point),
                  Payload.ofJson("{}")));
      assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    }
  }

  private static TestCluster.Node followerOfTheCatalogue(TestCluster cluster) {
    var leader = cluster.awaitCatalogLeader();
    return cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
  }

  private static Shredding shredding(TestCluster cluster, long id) {
    return TestClient.retried(
            () ->
                cluster.nodes().stream()
                    .filter(TestCluster.Node::isUp)
                    .findFirst()
                    .orElseThrow()
                    .host()
                    .catalog()
                    .orElseThrow()
                    .barrier())
        .shreddings()
        .stream()
        .filter(one -> one.collectionId() == id)
        .findFirst()
        .orElseThrow();
  }

  private static void awaitErased(TestCluster.Node node, long id) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(
            () ->
                assertThat(node.host().self().erasure(id, false).join())
                    .allMatch(ReplicaErasure::isComplete));
  }

  private static void awaitComplete(TestCluster cluster, long id) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(
            () ->
                assertThat(shredding(cluster, id).complete())
                    .as(
                        () ->
                            cluster.nodes().stream()
                                .map(node -> node.host().self().erasure(id, false).join())
                                .toList()
                                .toString())
                    .isTrue());
  }

  // --- what was on the disks

  private void plant(TestCluster cluster) throws IOException {
    for (var node : cluster.nodes()) {
      plantLog(node, new CatalogGroup());
      for (int shard = 0; node.host().replica(new ShardGroup(shard)).isPresent(); shard++) {
        plantLog(node, new ShardGroup(shard));
      }
      for (var file : files(node)) {
        String name = file.getFileName().toString();
        if (name.startsWith("manifest-") || name.startsWith("catalog.c")) {
          plant(name, Files.readAllBytes(file));
        }
      }
    }
  }

  private void plantLog(TestCluster.Node node, GroupKey group) throws RaftLogIOException {
    var log = node.host().replica(group).flatMap(Replica::division).orElseThrow().getRaftLog();
    for (long index = log.getStartIndex(); index <= log.getLastCommittedIndex(); index++) {
      var entry = Optional.ofNullable(log.get(index)).orElseThrow();
      var data = entry.getStateMachineLogEntry().getLogData().toByteArray();
      if (data.length > 64) {
        plant(group + " entry " + index, data);
      }
    }
  }

  /// From its middle and its end, where it is ciphertext.
  private void plant(String what, byte[] sealed) {
    for (int at : List.of(sealed.length / 2, sealed.length - WINDOW_BYTES)) {
      canaries.put(window(sealed, at), what);
    }
  }

  private static long window(byte[] bytes, int at) {
    return ByteBuffer.wrap(Arrays.copyOfRange(bytes, at, at + WINDOW_BYTES)).getLong();
  }

  private Set<String> found(TestCluster cluster) throws IOException {
    var found = new TreeSet<String>();
    for (var node : cluster.nodes()) {
      for (var file : files(node)) {
        try {
          byte[] content = Files.readAllBytes(file);
          long window = 0;
          for (int at = 0; at < content.length; at++) {
            window = window << Byte.SIZE | Byte.toUnsignedLong(content[at]);
            if (at >= WINDOW_BYTES - 1 && canaries.containsKey(window)) {
              found.add(directory.relativize(file) + ": " + canaries.get(window));
            }
          }
        } catch (NoSuchFileException e) {
          // Deleted or renamed meanwhile; what is new is not what was there before.
        }
      }
    }
    return found;
  }

  private static List<Path> files(TestCluster.Node node) {
    try (var walk = Files.walk(node.directory())) {
      return walk.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
