package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A replica whose files have rotted takes the place of nobody and is given new ones, of another
/// member's.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class DamagedReplicaTest {
  private static final int POINTS = 300;

  @TempDir Path directory;

  @AfterEach
  void healTransport() {
    DirectTransport.onSnapshotRead = () -> {};
  }

  @Test
  void followerIsGivenNewFilesWhileWritesGoOn() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      scene.checkpointAll();
      var follower = scene.follower();
      rot(follower, "vec");
      var stop = new AtomicBoolean();
      var writer = Thread.ofVirtual().start(() -> scene.writeUntil(stop));

      assertThat(scene.verify(follower)).isPositive();
      scene.awaitHealed(follower);

      stop.set(true);
      writer.join();
      assertThat(scene.verify(follower)).isZero();
      cluster.requireSame(0);
      assertThat(follower.fatal()).isEmpty();
      assertThat(shards(follower)).containsExactly("0");
    }
  }

  @Test
  void leaderHandsOverBeforeItIsGivenNewFiles() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      scene.checkpointAll();
      var leader = cluster.awaitLeader(0);
      rot(leader, "vec");
      var collection = scene.collection.id();

      // Not every point is on the page.
      assertThatThrownBy(() -> scene.readAllAt(leader))
          .hasCauseInstanceOf(ShardException.Unavailable.class)
          .hasRootCauseInstanceOf(CorruptFileException.class);
      scene.awaitHealed(leader);

      var next = cluster.awaitLeader(0);
      assertThat(next.host().self().shard(0).get(collection, List.of("p-0")).join().value())
          .allMatch(point -> point.isPresent());
      assertThat(scene.verify(leader)).isZero();
      cluster.requireSame(0);
    }
  }

  @Test
  void replicaThatCannotApplyAnEntryForItsFilesIsGivenNewOnes() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      scene.checkpointAll();
      var follower = scene.follower();
      follower.kill();
      rot(follower, "ids");
      follower.start();
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> follower.host().status().replicas().size() == 2);

      // For a while it is not healed.
      DirectTransport.onSnapshotRead =
          () -> {
            throw new ShardException.Unavailable("the link is cut");
          };

      // To replace a point, its page of ids is read.
      scene.writeAll();

      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> scene.isClosed(follower));
      assertThatThrownBy(() -> follower.host().checkpoint())
          .isInstanceOf(StoreFailedException.class)
          .hasRootCauseInstanceOf(CorruptFileException.class);
      assertThat(follower.fatal()).isEmpty();
      DirectTransport.onSnapshotRead = () -> {};
      scene.awaitHealed(follower);
      cluster.requireSame(0);
      assertThat(scene.verify(follower)).isZero();
      assertThat(follower.fatal()).isEmpty();

      follower.kill();
      follower.start();
      cluster.requireSame(0);
    }
  }

  @Test
  void damagedReplicaIsNobodyToFetchFrom() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      scene.checkpointAll();
      var follower = scene.follower();
      // Nobody gives it anything.
      DirectTransport.onSnapshotRead =
          () -> {
            throw new ShardException.Unavailable("the link is cut");
          };
      rot(follower, "vec");

      assertThat(scene.verify(follower)).isPositive();

      assertThat(follower.host().status().ready()).isFalse();
      assertThat(follower.host().status().reasons().toString()).contains("shard 0: damaged");
      assertThatThrownBy(() -> follower.host().self().snapshots().open(0).join())
          .hasCauseInstanceOf(ShardException.Unavailable.class)
          .hasMessageContaining("damaged on this node");
      DirectTransport.onSnapshotRead = () -> {};
      scene.awaitHealed(follower);
    }
  }

  @Test
  void storeThatCannotBeOpenedIsReplacedWhileTheOthersOfItsNodeServe() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 2)) {
      var scene = new Scene(cluster);
      scene.checkpointAll();
      var follower = scene.follower();
      var incarnation = scene.incarnation(follower);
      follower.kill();
      rotCurrent(follower);
      scene.write("meanwhile");
      DirectTransport.onSnapshotRead =
          () -> {
            throw new ShardException.Unavailable("the link is cut");
          };

      follower.start();

      assertThat(follower.host().status().reasons().toString())
          .contains("shard 0: damaged: its store cannot be opened");
      assertThat(follower.metrics().getGauges().get(MetricNames.UNOPENED))
          .extracting(gauge -> gauge.getValue())
          .isEqualTo(1);
      assertThat(follower.host().replica(new GroupKey.ShardGroup(0))).isEmpty();
      assertThat(follower.host().replica(new GroupKey.ShardGroup(1))).isPresent();
      // And at the next start, as nothing has come.
      follower.kill();
      follower.start();
      assertThat(follower.host().replica(new GroupKey.ShardGroup(0))).isEmpty();

      DirectTransport.onSnapshotRead = () -> {};
      scene.awaitHealed(follower);

      cluster.requireSame(0);
      assertThat(scene.verify(follower)).isZero();
      // It was a member all along.
      assertThat(scene.incarnation(follower)).isEqualTo(incarnation);
      assertThat(follower.fatal()).isEmpty();
      follower.kill();
      follower.start();
      cluster.requireSame(0);
    }
  }

  @Test
  void storeOfANodeAloneThatCannotBeOpenedKeepsNothingElseFromServing() throws Exception {
    try (var cluster = TestCluster.formed(directory, 1, 2)) {
      var scene = new Scene(cluster);
      scene.checkpointAll();
      var node = cluster.nodes().getFirst();
      node.kill();
      rotCurrent(node);

      node.start();

      assertThat(node.host().status().reasons().toString())
          .contains("only quiver salvage or a restore goes on");
      assertThat(cluster.awaitLeader(1)).isSameAs(node);
      assertThat(node.host().status().ready()).isFalse();
    }
  }

  @Test
  void nodeAloneServesWhatItCanAndSaysThatItIsDamaged() throws Exception {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var scene = new Scene(cluster);
      scene.checkpointAll();
      var node = cluster.nodes().getFirst();
      rot(node, "vec");

      assertThatThrownBy(() -> scene.readAllAt(node))
          .hasCauseInstanceOf(ShardException.Failed.class)
          .hasRootCauseInstanceOf(CorruptFileException.class);

      assertThat(node.host().status().reasons().toString()).contains("damaged");
      scene.write("new");
      assertThat(scene.client.get(scene.collection, "new")).isPresent();
    }
  }

  /// Flips a bit in the middle of the newest file of a kind.
  private static void rot(TestCluster.Node node, String kind) throws IOException {
    List<Path> files;
    try (var paths = Files.walk(node.directory().resolve("shards").resolve("0"))) {
      files = paths.filter(path -> path.toString().endsWith("." + kind)).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    try (var file = new RandomAccessFile(files.getLast().toFile(), "rw")) {
      long middle = file.length() / 2;
      file.seek(middle);
      int flipped = file.read() ^ 1;
      file.seek(middle);
      file.write(flipped);
    }
  }

  /// Of the live manifest, which names all others.
  private static void rotCurrent(TestCluster.Node node) throws IOException {
    Path current = node.directory().resolve("shards").resolve("0").resolve("CURRENT");
    byte[] bytes = Files.readAllBytes(current);
    bytes[bytes.length / 2] ^= 1;
    Files.write(current, bytes);
  }

  private static List<String> shards(TestCluster.Node node) throws IOException {
    try (var paths = Files.list(node.directory().resolve("shards"))) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /// A collection of one shard.
  private static final class Scene {
    private final TestCluster cluster;
    private final TestClient client;
    private final CollectionInfo collection;

    Scene(TestCluster cluster) {
      this.cluster = cluster;
      client = new TestClient(cluster);
      collection = client.create("things");
      writeAll();
    }

    void writeAll() {
      for (int number = 0; number < POINTS; number++) {
        write("p-" + number);
      }
    }

    void write(String id) {
      var _ = client.upsert(collection, id, 1, 2);
    }

    void writeUntil(AtomicBoolean stop) {
      for (int number = 0; !stop.get(); number++) {
        write("more-" + number);
      }
    }

    void checkpointAll() {
      cluster.requireSame(0);
      cluster.nodes().forEach(node -> node.host().checkpoint());
    }

    TestCluster.Node follower() {
      var leader = cluster.awaitLeader(0);
      return cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    }

    /// @return how much is wrong
    long verify(TestCluster.Node node) {
      return TestClient.retried(() -> node.host().self().verify(0, collection.id())).damageCount();
    }

    void readAllAt(TestCluster.Node node) {
      for (int number = 0; number < POINTS; number++) {
        var _ = node.host().self().shard(0).get(collection.id(), List.of("p-" + number)).join();
      }
    }

    Incarnation incarnation(TestCluster.Node node) {
      return node.host().status().replicas().stream()
          .filter(replica -> replica.group().equals(new GroupKey.ShardGroup(0)))
          .findFirst()
          .orElseThrow()
          .incarnation();
    }

    boolean isClosed(TestCluster.Node node) {
      return node.host().status().replicas().stream()
          .anyMatch(replica -> replica.role() == ReplicaStatus.Role.CLOSED);
    }

    void awaitHealed(TestCluster.Node node) {
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  node.metrics().counter("quiver.raft.snapshot.installed.total{shard=0}").getCount()
                          > 0
                      && node.host().status().ready());
    }
  }
}
