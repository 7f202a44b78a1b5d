package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.VersionRange;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.ClusterNode;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.catalog.Membership;
import io.quiverdb.raft.catalog.MovePlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nodes come and go while the cluster serves, and nothing that was acknowledged is lost.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class MembershipTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path directory;

  @Test
  void oneNodeGrowsToThreeAndOutlivesItsFirst() {
    try (var cluster = TestCluster.formed(directory.resolve("first"), 1, 3)) {
      var scene = new Scene(cluster);
      scene.write(100);
      scene.join("second");
      scene.join("third");

      scene.change(new CatalogWrite.SetReplicationFactor(requestId(), 3));
      scene.awaitSettled();

      assertThat(scene.membership().placements().values())
          .allSatisfy(placement -> assertThat(placement.members()).hasSize(3));
      scene.write(100);
      cluster.nodes().getFirst().kill();
      scene.write(100);
      scene.requireAll();
    }
  }

  @Test
  void nodeThatJoinsIsGivenReplicasWhileWritesGoOn() throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("formed"), 3, 4)) {
      var scene = new Scene(cluster);
      var stop = new AtomicBoolean();
      var writer = Thread.ofVirtual().start(() -> scene.writeUntil(stop));

      var fourth = scene.join("fourth");
      scene.awaitSettled();

      stop.set(true);
      writer.join();
      assertThat(shardsOf(fourth)).hasSize(3);
      assertThat(scene.membership().placement(new CatalogGroup()).members())
          .hasSize(3)
          .doesNotContain(fourth.id());
      scene.awaitNothingLeft();
      scene.requireAll();
      scene.requireSame();
    }
  }

  @Test
  void drainedNodeIsLeftWithNothing() {
    try (var cluster = TestCluster.formed(directory.resolve("formed"), 3, 2)) {
      var scene = new Scene(cluster);
      scene.write(100);
      var fourth = scene.join("fourth");
      var drained = cluster.nodes().getFirst();

      scene.change(
          new CatalogWrite.SetNodeState(requestId(), drained.id(), ClusterNode.State.DRAINING));
      scene.awaitSettled();
      scene.awaitNothingLeft();

      assertThat(shardsOf(drained)).isEmpty();
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(directory.resolve("formed/node-0/shards")).isEmptyDirectory();
                assertThat(directory.resolve("formed/node-0/raft")).isEmptyDirectory();
              });
      assertThat(scene.membership().placement(new CatalogGroup()).members())
          .hasSize(3)
          .contains(fourth.id());
      scene.write(100);
      scene.requireAll();
      scene.requireSame();
      // It serves what others have.
      assertThat(drained.host().catalog().orElseThrow().barrier().join().collections()).hasSize(1);
    }
  }

  @Test
  void deadNodeIsReplacedAndRefusedWhenItComesBack() {
    try (var cluster = TestCluster.formed(directory.resolve("formed"), 3, 2)) {
      var scene = new Scene(cluster);
      scene.write(100);
      scene.join("fourth");
      scene.awaitSettled();
      var dead = cluster.nodes().get(1);
      var id = dead.id();
      dead.kill();

      scene.change(new CatalogWrite.SetNodeState(requestId(), id, ClusterNode.State.REMOVING));
      scene.awaitSettled();

      assertThat(scene.membership().node(id)).isEmpty();
      scene.write(100);
      scene.requireAll();
      dead.start();
      assertThatThrownBy(
              () ->
                  TestClient.retried(
                      () -> dead.host().join(cluster.nodes().getFirst().addresses().peer())))
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("removed");
    }
  }

  @Test
  void movesToANodeThatDiedAreAbandonedWhenItIsRemoved() {
    try (var cluster = TestCluster.formed(directory.resolve("formed"), 3, 2)) {
      var scene = new Scene(cluster);
      scene.write(20);
      var dead = scene.join("fourth");
      scene.awaitSettled();
      var id = dead.id();
      dead.kill();
      var before = scene.membership();
      var shard =
          before.placements().keySet().stream()
              .filter(ShardGroup.class::isInstance)
              .map(ShardGroup.class::cast)
              .filter(group -> !before.placement(group).members().contains(id))
              .findFirst()
              .orElseThrow();
      var from = before.placement(shard).members().getFirst();
      scene.change(new CatalogWrite.MoveReplica(requestId(), shard.number(), from, id));
      // It waits for a node that does not come.
      scene.awaitMoving();

      scene.change(new CatalogWrite.SetNodeState(requestId(), id, ClusterNode.State.REMOVING));
      scene.awaitSettled();

      var membership = scene.membership();
      assertThat(membership.node(id)).isEmpty();
      assertThat(before.placements().keySet())
          .allSatisfy(
              group ->
                  assertThat(membership.placement(group).members()).hasSize(3).doesNotContain(id));
      scene.write(20);
      scene.requireAll();
      scene.requireSame();
    }
  }

  @Test
  void movesGoOnWhenTheLeaderOfTheCatalogueDies() {
    try (var cluster = TestCluster.formed(directory.resolve("formed"), 3, 3)) {
      var scene = new Scene(cluster);
      scene.write(100);
      var first = scene.join("fourth");
      var second = scene.join("fifth");
      var leader = cluster.awaitCatalogLeader();
      var drained =
          cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
      // Those that come may have been given their part by now: there is something to move in any
      // case.
      scene.change(
          new CatalogWrite.SetNodeState(requestId(), drained.id(), ClusterNode.State.DRAINING));
      scene.awaitMoving();

      leader.kill();
      scene.write(20);
      leader.start();
      scene.awaitSettled();
      scene.awaitNothingLeft();

      assertThat(List.of(shardsOf(first), shardsOf(second))).noneMatch(List::isEmpty);
      assertThat(shardsOf(drained)).isEmpty();
      scene.requireAll();
      scene.requireSame();
    }
  }

  @Test
  void changesThatMakeNoSenseAreRefusedAndChangeNothing() {
    try (var cluster = TestCluster.formed(directory.resolve("formed"), 3, 1)) {
      var scene = new Scene(cluster);
      var before = scene.membership();
      var member = cluster.nodes().getFirst().id();
      var stranger = new NodeId(UUID.randomUUID());

      scene.requireRefused(
          new CatalogWrite.SetReplicationFactor(requestId(), 4),
          "replication factor: 4 (expected: 1 to 3, of 3 active nodes)");
      scene.requireRefused(
          new CatalogWrite.SetNodeState(requestId(), member, ClusterNode.State.DRAINING),
          "2 other active nodes (expected: at least the replication factor, 3)");
      scene.requireRefused(
          new CatalogWrite.SetNodeState(requestId(), stranger, ClusterNode.State.DRAINING),
          "expected: one of the cluster");
      scene.requireRefused(
          new CatalogWrite.MoveReplica(requestId(), 0, member, stranger),
          "expected: a node of the cluster that is not drained");
      scene.requireRefused(
          new CatalogWrite.MoveReplica(requestId(), 7, member, member),
          "group: shard 7 (expected: catalogue, or shard 0 to 0)");
      scene.requireRefused(
          new CatalogWrite.AddNode(
              requestId(),
              new Member(member, new NodeAddresses("a:1", "a:2", "a:3")),
              VersionRange.FIRST),
          "no copy of a data directory");

      assertThat(scene.membership()).isEqualTo(before);
    }
  }

  private static List<Integer> shardsOf(TestCluster.Node node) {
    return node.host().status().replicas().stream()
        .map(ReplicaStatus::group)
        .filter(ShardGroup.class::isInstance)
        .map(group -> ((ShardGroup) group).number())
        .toList();
  }

  private static RequestId requestId() {
    return new RequestId(UUID.randomUUID());
  }

  /// A cluster with a collection, and what was acknowledged to it.
  private final class Scene {
    private final TestCluster cluster;
    private final TestClient client;
    private final CollectionInfo collection;
    private int written;

    Scene(TestCluster cluster) {
      this.cluster = cluster;
      this.client = new TestClient(cluster);
      this.collection = client.create("docs");
    }

    TestCluster.Node join(String name) {
      var node = cluster.addNode(directory.resolve(name));
      TestClient.retried(() -> node.host().join(cluster.nodes().getFirst().addresses().peer()));
      return node;
    }

    void change(CatalogWrite write) {
      assertThat(client.change(write)).isInstanceOf(CatalogWritten.Changed.class);
    }

    void requireRefused(CatalogWrite write, String why) {
      assertThatThrownBy(() -> client.change(write))
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(why);
    }

    void write(int points) {
      for (int i = 0; i < points; i++) {
        assertThat(client.upsert(collection, "p-" + written, written, 1))
            .isInstanceOfAny(Outcome.Applied.class, Outcome.Duplicate.class);
        written++;
      }
    }

    void writeUntil(AtomicBoolean stop) {
      while (!stop.get()) {
        write(1);
      }
    }

    void requireAll() {
      for (int i = 0; i < written; i++) {
        assertThat(client.get(collection, "p-" + i)).isPresent();
      }
    }

    void requireSame() {
      membership().placements().keySet().stream()
          .filter(ShardGroup.class::isInstance)
          .forEach(group -> cluster.requireSame(((ShardGroup) group).number()));
    }

    Membership membership() {
      return client.membership();
    }

    void awaitMoving() {
      await(now -> now.placements().values().stream().anyMatch(one -> one.move().isPresent()));
    }

    void awaitSettled() {
      await(
          now ->
              now.placements().values().stream().noneMatch(one -> one.move().isPresent())
                  && now.rebalancing().isEmpty()
                  && MovePlan.of(now, LostVotes.NONE).isEmpty());
    }

    private void await(Predicate<Membership> until) {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> until.test(membership()));
    }

    /// No node has a replica that it should not have.
    void awaitNothingLeft() {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  cluster.nodes().stream()
                      .filter(TestCluster.Node::isUp)
                      .allMatch(
                          node ->
                              node.host().status().replicas().stream()
                                  .allMatch(
                                      replica ->
                                          membership()
                                              .placement(replica.group())
                                              .members()
                                              .contains(node.id()))));
    }
  }
}
