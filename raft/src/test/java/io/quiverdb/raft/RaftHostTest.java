package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.StoreLockedException;
import io.quiverdb.core.Vector;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 6, unit = TimeUnit.MINUTES)
class RaftHostTest {
  private static final int POINTS = 30;

  @TempDir Path directory;

  @Test
  void nodeIsTheSameAfterARestart() {
    try (var cluster = TestCluster.unformed(directory, 1)) {
      var node = cluster.nodes().getFirst();
      var id = node.id();

      node.kill();
      node.start();

      assertThat(node.id()).isEqualTo(id);
    }
  }

  @Test
  void unformedNodeSaysWhyItIsNotReady() {
    try (var cluster = TestCluster.unformed(directory, 1)) {
      var status = cluster.nodes().getFirst().host().status();

      assertThat(status.ready()).isFalse();
      assertThat(status.reasons()).containsExactly("no cluster: waiting for cluster init");
      assertThat(status.clusterId()).isEmpty();
    }
  }

  @Test
  void secondHostOnADirectoryIsRefused() {
    try (var cluster = TestCluster.unformed(directory, 1)) {
      assertThatThrownBy(cluster.nodes().getFirst()::start)
          .isInstanceOf(StoreLockedException.class)
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
    }
  }

  @Test
  void writesAreReadBackFromEveryMember() {
    try (var cluster = TestCluster.formed(directory, 3, 2)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      upsertAll(client, collection, 0);

      for (var node : cluster.nodes()) {
        for (int number = 0; number < POINTS; number++) {
          String id = "point-" + number;
          int shard = client.shardOf(id);
          var read =
              TestClient.retried(
                  () -> node.host().self().shard(shard).get(collection.id(), List.of(id)));
          assertThat(read.value().getFirst()).as(id).isPresent();
        }
      }
    }
  }

  @Test
  void nodesWithoutAReplicaOfAShardServeItByForwarding() {
    try (var cluster = TestCluster.formed(directory, 5, 5)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      var claim = cluster.nodes().getFirst().host().claim().orElseThrow();
      assertThat(claim.replicationFactor()).isEqualTo(3);

      int forwarded = 0;
      for (var node : cluster.nodes()) {
        for (int shard = 0; shard < 5; shard++) {
          String id = idOn(client, shard, "by-" + node.id() + "-");
          int target = shard;
          var stamp = TestClient.stamp();
          var point = new Point(id, Vector.of(1, 2), Payload.EMPTY);
          var write = new ShardWrite.Upsert(stamp, collection.id(), List.of(point));
          var written = TestClient.retried(() -> node.host().leaderOf(target).write(write));
          assertThat(written.outcome())
              .isInstanceOfAny(Outcome.Applied.class, Outcome.Duplicate.class);
          var read =
              TestClient.retried(
                  () -> node.host().leaderOf(target).get(collection.id(), List.of(id)));
          assertThat(read.value().getFirst()).isPresent();
          forwarded += hasReplica(node, shard) ? 0 : 1;
        }
      }

      // Of five times five, five shards times three replicas are at hand.
      assertThat(forwarded).isEqualTo(10);
    }
  }

  private static String idOn(TestClient client, int shard, String prefix) {
    return IntStream.iterate(0, number -> number + 1)
        .mapToObj(number -> prefix + number)
        .filter(id -> client.shardOf(id) == shard)
        .findFirst()
        .orElseThrow();
  }

  private static boolean hasReplica(TestCluster.Node node, int shard) {
    return node.host().status().replicas().stream()
        .anyMatch(replica -> replica.group().equals(new ShardGroup(shard)));
  }

  @Test
  void shardsOfAMemberThatIsDownAreUnderReplicatedUntilItIsBack() {
    try (var cluster = TestCluster.formed(directory, 3, 2)) {
      awaitUnderReplicated(cluster, 0);

      var down = cluster.nodes().getFirst();
      down.kill();
      awaitUnderReplicated(cluster, 2);

      down.start();
      awaitUnderReplicated(cluster, 0);
    }
  }

  private static void awaitUnderReplicated(TestCluster cluster, long expected) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(
            () -> {
              cluster.awaitLeader(0);
              cluster.awaitLeader(1);
              assertThat(underReplicated(cluster)).isEqualTo(expected);
            });
  }

  /// Over all nodes that are up.
  private static long underReplicated(TestCluster cluster) {
    return cluster.nodes().stream()
        .filter(TestCluster.Node::isUp)
        .map(node -> node.metrics().getGauges().get("quiver.shards.under.replicated"))
        .mapToLong(gauge -> (long) gauge.getValue())
        .sum();
  }

  @Test
  void writesSurviveAKillOfAllByReplay() {
    try (var cluster = TestCluster.formed(directory, 3, 2)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      upsertAll(client, collection, 0);

      restartAll(cluster);

      requireAll(client, collection, 0);
    }
  }

  @Test
  void writesSurviveAKillOfAllByCheckpointAndReplay() {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      upsertAll(client, collection, 0);
      cluster.nodes().forEach(node -> node.host().checkpoint());
      upsertAll(client, collection, 1);

      restartAll(cluster);

      requireAll(client, collection, 1);
      for (var node : cluster.nodes()) {
        var shard = node.host().status().replicas().get(1);
        assertThat(shard.group()).isEqualTo(new ShardGroup(0));
        assertThat(shard.checkpointedIndex()).isPositive();
      }
    }
  }

  @Test
  void acknowledgedWritesAreThereAfterALeaderIsKilled() {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      upsertAll(client, collection, 0);
      var leader = cluster.awaitLeader(0);

      leader.kill();

      requireAll(client, collection, 0);
      upsertAll(client, collection, 1);
      leader.start();
      cluster.awaitReady();
      requireAll(client, collection, 1);
    }
  }

  @Test
  void replicasHashAlikeAtAMark() {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      upsertAll(client, collection, 0);

      Position mark = mark(cluster);

      var hashes =
          cluster.nodes().stream()
              .map(node -> node.host().self().hashAt(new ShardGroup(0), mark).join().orElseThrow())
              .distinct()
              .toList();
      assertThat(hashes).hasSize(1);
    }
  }

  @Test
  void writeToAnUnknownCollectionLogsNothing() {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var host = cluster.nodes().getFirst().host();
      var before = host.status().replicas().get(1).committedIndex();

      var written =
          host.leaderOf(0)
              .write(ShardWrite.Delete.ofIds(TestClient.stamp(), 77, List.of("a")))
              .join();

      assertThat(written.outcome()).isEqualTo(new Outcome.NotFound());
      assertThat(host.status().replicas().get(1).committedIndex()).isEqualTo(before);
      assertThatThrownBy(() -> host.leaderOf(0).get(77, List.of("a")).join())
          .hasCauseInstanceOf(ShardException.UnknownCollection.class);
    }
  }

  @Test
  void deleteByFilterDeletesWhatMatchesAndNothingElse() {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      upsertAll(client, collection, 0);
      var all = new Filter.Not(new Filter.Exists("anything"));
      var none = new Filter.Exists("anything");

      var deleted =
          TestClient.retried(
              () ->
                  cluster
                      .awaitLeader(0)
                      .host()
                      .leaderOf(0)
                      .deleteMatching(collection.id(), 1, none));
      assertThat(deleted.deletedCount()).isZero();
      assertThat(client.count(collection, 0)).isEqualTo(POINTS);

      deleted =
          TestClient.retried(
              () ->
                  cluster
                      .awaitLeader(0)
                      .host()
                      .leaderOf(0)
                      .deleteMatching(collection.id(), 1, all));
      assertThat(deleted.deletedCount()).isEqualTo(POINTS);
      assertThat(deleted.changedCount()).isZero();
      assertThat(client.count(collection, 0)).isZero();
      assertThatThrownBy(
              () -> cluster.awaitLeader(0).host().leaderOf(0).deleteMatching(77, 1, all).join())
          .hasCauseInstanceOf(ShardException.UnknownCollection.class);
    }
  }

  @Test
  void settingsReachEveryShard() {
    try (var cluster = TestCluster.formed(directory, 3, 2)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      var lang = new FilterableField("lang", FilterableField.Type.KEYWORD);

      var written = client.addField("things", lang);

      assertThat(written).isInstanceOf(CatalogWritten.Updated.class);
      var updated = ((CatalogWritten.Updated) written).collection();
      assertThat(updated.settings().filterableFields()).containsExactly(lang);
      assertThat(updated.id()).isEqualTo(collection.id());
      assertThat(updated.state()).isEqualTo(CollectionInfo.State.ACTIVE);
    }
  }

  @Test
  void droppedCollectionIsGoneFromEveryShardAndItsNameIsFree() {
    try (var cluster = TestCluster.formed(directory, 3, 2)) {
      var client = new TestClient(cluster);
      var first = client.create("things");
      upsertAll(client, first, 0);

      assertThat(client.drop("things")).isInstanceOf(CatalogWritten.Dropped.class);

      var second = client.create("things");
      assertThat(second.id()).isNotEqualTo(first.id());
      assertThat(client.count(second, 0) + client.count(second, 1)).isZero();
    }
  }

  @Test
  void applyWritesNoFileOfTheEngine() throws IOException {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      var shardFiles = cluster.nodes().getFirst().directory().resolve("shards");
      var before = files(shardFiles);

      upsertAll(client, collection, 0);

      assertThat(files(shardFiles)).isEqualTo(before);
    }
  }

  @Test
  void leadershipMovesWhenAskedAndNothingIsLost() {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var collection = client.create("things");
      upsertAll(client, collection, 0);
      TestClient.retried(
          () -> {
            var leader = cluster.awaitLeader(0);
            var target =
                cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
            return leader.host().self().transferLeader(new ShardGroup(0), target.id());
          });

      requireAll(client, collection, 0);
    }
  }

  @Test
  void nodeThatLeadsEveryShardGivesOneAway() {
    try (var cluster = TestCluster.formed(directory, 3, 3)) {
      var target = cluster.nodes().getFirst();
      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .until(
              () -> {
                for (int shard = 0; shard < 3; shard++) {
                  var group = new ShardGroup(shard);
                  var _ =
                      cluster.awaitLeader(shard).host().self().transferLeader(group, target.id());
                }
                return led(target) == 3;
              });

      Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> led(target) <= 2);
    }
  }

  private static long led(TestCluster.Node node) {
    return node.host().status().replicas().stream()
        .filter(replica -> replica.group() instanceof ShardGroup)
        .filter(replica -> replica.role() == ReplicaStatus.Role.LEADER)
        .count();
  }

  @Test
  void hostThatLeavesHandsItsLeadershipOver() {
    try (var cluster = TestCluster.formed(directory, 3, 3)) {
      var node = cluster.awaitLeader(0);

      node.host().handOverLeadership(Duration.ofSeconds(20));

      assertThat(cluster.awaitLeader(0)).isNotNull();
      var client = new TestClient(cluster);
      assertThat(client.create("things")).isNotNull();
    }
  }

  private static void upsertAll(TestClient client, CollectionInfo collection, int value) {
    for (int number = 0; number < POINTS; number++) {
      var outcome = client.upsert(collection, "point-" + number, number, value);
      assertThat(outcome).isInstanceOfAny(Outcome.Applied.class, Outcome.Duplicate.class);
    }
  }

  private static void requireAll(TestClient client, CollectionInfo collection, int value) {
    for (int number = 0; number < POINTS; number++) {
      String id = "point-" + number;
      var point = client.get(collection, id);
      assertThat(point.map(found -> found.vector().toArray()))
          .as(id)
          .contains(new float[] {number, value});
    }
  }

  private static Position mark(TestCluster cluster) {
    return TestClient.retried(
            () ->
                cluster
                    .awaitLeader(0)
                    .host()
                    .leaderOf(0)
                    .write(new ShardWrite.HashMark(TestClient.stamp())))
        .position();
  }

  private static void restartAll(TestCluster cluster) {
    cluster.nodes().forEach(TestCluster.Node::kill);
    cluster.nodes().forEach(TestCluster.Node::start);
    cluster.awaitReady();
  }

  /// Sizes and times of change.
  private static Map<String, List<Object>> files(Path root) throws IOException {
    Map<String, List<Object>> files = new TreeMap<>();
    try (var paths = Files.walk(root)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(path.toString(), List.of(Files.size(path), Files.getLastModifiedTime(path)));
      }
    }
    return files;
  }

  static Optional<ReplicaStatus> replica(RaftHost host, GroupKey key) {
    return host.status().replicas().stream()
        .filter(replica -> replica.group().equals(key))
        .findFirst();
  }
}
