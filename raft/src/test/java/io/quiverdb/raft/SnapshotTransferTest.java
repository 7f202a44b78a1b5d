package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Vector;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.log.LogGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A member that comes back after the others have deleted what it lacks fetches a snapshot.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class SnapshotTransferTest {
  private static final ShardGroup SHARD = new ShardGroup(0);

  /// So long that a few hundred fill segments of the log.
  private static final Payload PAYLOAD =
      Payload.ofJson("{\"text\": \"" + "x".repeat(60_000) + "\"}");

  @TempDir Path directory;

  @AfterEach
  void healTransport() {
    DirectTransport.onSnapshotRead = () -> {};
  }

  @Test
  void memberServesFromASnapshotAndGoesOnWithTheLog() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      var away = scene.leaveBehind();

      away.start();

      cluster.requireSame(0);
      awaitInstalled(away);
      assertThat(scene.has(away, "old-1")).isTrue();
      assertThat(scene.has(away, "new-1")).isTrue();
      scene.requireIntact(away);
      awaitTidy(away);

      // What it holds now is its own.
      away.kill();
      away.start();
      cluster.requireSame(0);
      scene.requireIntact(away);
      assertThat(count(away, MetricNames.SNAPSHOT_INSTALLED)).isZero();
      for (var node : cluster.nodes()) {
        assertThat(node.fatal()).isEmpty();
      }
    }
  }

  @Test
  void transferThatIsBrokenOffLeavesTheMemberAsItWasAndIsTriedAgain() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      var away = scene.leaveBehind();
      var reads = new AtomicInteger();
      DirectTransport.onSnapshotRead =
          () -> {
            if (reads.incrementAndGet() > 6) {
              throw new ShardException.Unavailable("the link is cut");
            }
          };
      away.start();
      Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> reads.get() > 6);
      away.kill();
      assertThat(bytesIn(incoming(away))).isPositive();

      DirectTransport.onSnapshotRead = () -> {};
      away.start();

      cluster.requireSame(0);
      awaitInstalled(away);
      scene.requireIntact(away);
      awaitTidy(away);
    }
  }

  @Test
  void writesGoOnWhileAMemberFetches() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      var away = scene.leaveBehind();
      var reads = new AtomicInteger();
      DirectTransport.onSnapshotRead = () -> scene.write("meanwhile-" + reads.incrementAndGet());

      away.start();

      cluster.requireSame(0);
      awaitInstalled(away);
      assertThat(scene.has(away, "meanwhile-1")).isTrue();
    }
  }

  private static void awaitInstalled(TestCluster.Node node) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> count(node, MetricNames.SNAPSHOT_INSTALLED) == 1);
  }

  private static void awaitTidy(TestCluster.Node node) {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> Files.notExists(incoming(node)));
  }

  private static long bytesIn(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static long count(TestCluster.Node node, String metric) {
    return node.metrics().counter(MetricNames.of(metric, Map.of("shard", "0"))).getCount();
  }

  private static Path incoming(TestCluster.Node node) {
    return node.directory().resolve("incoming").resolve("0");
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
    }

    /// @return a member that is down, and lacks entries that the others have deleted
    TestCluster.Node leaveBehind() {
      write("old-", 3);
      var leader = cluster.awaitLeader(0);
      var away = cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
      away.kill();
      write("new-", 150);
      for (var node : cluster.nodes()) {
        if (node.isUp()) {
          node.host().checkpoint();
          Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> firstInLog(node) > 0);
        }
      }
      write("late-", 3);
      return away;
    }

    private static long firstInLog(TestCluster.Node node) throws IOException {
      var claim = node.host().claim().orElseThrow();
      var group = GroupIds.of(claim.clusterId(), SHARD).getUuid().toString();
      return LogGuard.firstIndex(node.directory().resolve("raft").resolve(group)).orElse(0);
    }

    private void write(String prefix, int count) {
      for (int number = 0; number < count; number++) {
        write(prefix + number);
      }
    }

    void write(String id) {
      var _ = client.upsert(collection, new Point(id, Vector.of(1, 2), PAYLOAD));
    }

    boolean has(TestCluster.Node node, String id) {
      return TestClient.retried(() -> node.host().self().shard(0).get(collection.id(), List.of(id)))
          .value()
          .getFirst()
          .isPresent();
    }

    void requireIntact(TestCluster.Node node) {
      var verification = TestClient.retried(() -> node.host().self().verify(0, collection.id()));
      assertThat(verification.damages()).isEmpty();
    }
  }
}
