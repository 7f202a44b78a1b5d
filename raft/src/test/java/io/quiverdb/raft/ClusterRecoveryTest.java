package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.StoreLockedException;
import io.quiverdb.core.Vector;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.catalog.MovePlan;
import io.quiverdb.raft.membership.ClaimFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/// One node goes on alone with what it has, when the others are lost.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class ClusterRecoveryTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int POINTS = 30;

  /// By when the groups of the old cluster are gone, and those of the new one not there.
  private static final int GROUPS_DELETED = 6;

  @TempDir Path directory;

  @Test
  void survivorHasItsDataAndNoneOfTheOldClusterReachesIt() throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("old"), 3, 2)) {
      var client = new TestClient(cluster);
      var docs = client.create("docs");
      write(client, docs, 0);
      var old = cluster.nodes().getFirst();
      var survivor = cluster.nodes().getLast();
      var oldId = old.id();
      var oldCluster = survivor.host().claim().orElseThrow().clusterId();
      awaitApplied(survivor, client, docs);
      cluster.nodes().forEach(TestCluster.Node::kill);

      ClusterRecovery.Report report;
      try (var recovery = recovery(survivor)) {
        assertThat(recovery.requireMajorityLost(old.transport(), Duration.ofSeconds(5))).hasSize(2);
        report = recovery.run();
      }
      survivor.start();
      cluster.awaitReady();

      assertThat(report.lost()).extracting(Member::id).hasSize(2).contains(oldId);
      assertThat(report.shards())
          .allSatisfy(
              shard -> {
                assertThat(shard.isHere()).isTrue();
                assertThat(shard.committedIndex()).isEmpty();
              });
      assertThat(report.shards().stream().mapToLong(shard -> shard.points().orElseThrow()).sum())
          .isEqualTo(POINTS);
      assertThat(report.clusterId()).isNotEqualTo(oldCluster);
      requireAll(client, docs, POINTS);
      write(client, docs, POINTS);

      // What was seen in the old cluster counts no more.
      assertThat(outcomeOf(survivor, docs, TestClient.stamp(1)))
          .isEqualTo(new Outcome.StaleEpoch(2));

      // The catalogue numbers what it makes in an epoch of its own.
      assertThat(client.create("more").id() >>> 48).isEqualTo(2);

      // One of the old nodes comes back, and reaches nobody.
      old.start();
      assertThatThrownBy(
              () -> TestClient.retried(() -> old.host().join(survivor.addresses().peer())))
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of cluster " + oldCluster);
      assertThat(old.host().leader(0)).isEmpty();
      old.kill();
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "QUIVER_LONG_TESTS", matches = "1")
  void recoveredClusterGrowsAgain() throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("old"), 3, 2)) {
      var client = new TestClient(cluster);
      var docs = client.create("docs");
      write(client, docs, 0);
      var survivor = cluster.nodes().getLast();
      awaitApplied(survivor, client, docs);
      cluster.nodes().forEach(TestCluster.Node::kill);
      try (var recovery = recovery(survivor)) {
        var _ = recovery.run();
      }
      survivor.start();
      cluster.awaitReady();
      write(client, docs, POINTS);

      var joining = cluster.addNode(directory.resolve("joining"));
      TestClient.retried(() -> joining.host().join(survivor.addresses().peer()));
      var _ =
          client.change(new CatalogWrite.SetReplicationFactor(new RequestId(UUID.randomUUID()), 2));
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> {
                var now = client.membership();
                return MovePlan.of(now, LostVotes.NONE).isEmpty()
                    && now.placements().entrySet().stream()
                        .filter(group -> group.getKey() instanceof ShardGroup)
                        .allMatch(
                            group ->
                                group.getValue().move().isEmpty()
                                    && group.getValue().members().size() == 2);
              });
      cluster.requireSame(0);
      cluster.requireSame(1);
      requireAll(client, docs, 2 * POINTS);
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "QUIVER_LONG_TESTS", matches = "1")
  void shardWithoutAReplicaBeginsEmptyWithTheCollections() throws Exception {
    try (var cluster = TestCluster.unformed(directory, 3)) {
      var addresses = cluster.nodes().stream().map(node -> node.addresses().peer()).toList();
      var survivor = cluster.nodes().getLast();
      var _ = survivor.host().form(addresses, 3, 2).join();
      cluster.awaitReady();
      var client = new TestClient(cluster);
      var docs = client.create("docs");
      write(client, docs, 0);
      int absent =
          IntStream.range(0, 3)
              .filter(shard -> !TestCluster.hasReplica(survivor, shard))
              .findFirst()
              .orElseThrow();
      awaitApplied(survivor, client, docs);
      long there = POINTS - client.count(docs, absent);
      cluster.nodes().forEach(TestCluster.Node::kill);

      ClusterRecovery.Report report;
      try (var recovery = recovery(survivor)) {
        report = recovery.run();
      }
      survivor.start();
      cluster.awaitReady();

      assertThat(report.shards().get(absent).isHere()).isFalse();
      assertThat(report.shards().stream().mapToLong(shard -> shard.points().orElseThrow()).sum())
          .isEqualTo(there);
      assertThat(client.count(docs, absent)).isZero();
      for (int i = 0; i < POINTS; i++) {
        assertThat(client.get(docs, "p-" + i).isPresent())
            .isEqualTo(client.shardOf("p-" + i) != absent);
      }
      write(client, docs, 0);
      requireAll(client, docs, POINTS);
    }
  }

  /// The catalogue that is left is older than the shards.
  @Test
  void collectionsThatTheCatalogueHasLostAreKeptApartAndDroppedOnesGo() throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("nodes"), 1, 2)) {
      var survivor = cluster.nodes().getFirst();
      var client = new TestClient(cluster);
      var _ = client.create("gone");
      var docs = client.create("docs");
      var clusterId = survivor.host().claim().orElseThrow().clusterId();
      survivor.kill();
      var catalogue =
          survivor
              .directory()
              .resolve("raft")
              .resolve(GroupIds.of(clusterId, new CatalogGroup()).getUuid().toString());
      copy(catalogue, directory.resolve("older"));
      var copy = survivor.directory().resolve("catalog.copy");
      Files.copy(copy, directory.resolve("older-copy"));
      survivor.start();
      cluster.awaitReady();
      var _ = client.drop("gone");
      var unknown = client.create("unknown");
      write(client, docs, 0);
      write(client, unknown, 0);
      survivor.kill();
      GroupDirectory.deleteAll(catalogue);
      copy(directory.resolve("older"), catalogue);
      Files.delete(copy);
      Files.copy(directory.resolve("older-copy"), copy);

      ClusterRecovery.Report report;
      try (var recovery = recovery(survivor)) {
        report = recovery.run();
      }
      survivor.start();
      cluster.awaitReady();

      assertThat(report.dropped()).containsExactly("gone");
      assertThat(report.orphans()).hasSize(1);
      var orphan = report.orphans().getFirst();
      assertThat(orphan.id()).isEqualTo(unknown.id());
      assertThat(orphan.name()).isEqualTo("unknown");
      requireAll(client, docs, POINTS);
      var catalog = survivor.host().catalog().orElseThrow();
      Awaitility.await().atMost(PATIENCE).until(() -> catalog.view().collection("gone").isEmpty());
      var listed = catalog.view().collection(orphan.listedAs()).orElseThrow();
      assertThat(listed.state()).isEqualTo(CollectionInfo.State.ORPHANED);
      assertThat(listed.isServed()).isFalse();
      // Its name is free, for a collection of another id.
      assertThat(client.create("unknown").id()).isNotEqualTo(unknown.id());
      var _ = client.drop(orphan.listedAs());
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> catalog.view().collection(orphan.listedAs()).isEmpty());
    }
  }

  @Test
  void recoveryThatIsBrokenOffAfterAnyStepIsFinishedByAnother() throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("nodes"), 1, 1)) {
      var survivor = cluster.nodes().getFirst();
      var client = new TestClient(cluster);
      var docs = client.create("docs");
      write(client, docs, 0);
      survivor.kill();
      var before = directory.resolve("before");
      copy(survivor.directory(), before);

      int last = Integer.MAX_VALUE;
      for (int step = 1; step <= last; step++) {
        GroupDirectory.deleteAll(survivor.directory());
        copy(before, survivor.directory());
        boolean brokenOff = breakOff(survivor, step);
        if (!brokenOff) {
          last = step;
        } else if (Files.exists(survivor.directory().resolve("recovery"))) {
          assertThatThrownBy(survivor::start).isInstanceOf(RecoveryException.Unfinished.class);
          try (var recovery = recovery(survivor)) {
            var _ = recovery.run();
          }
        }
        assertThat(survivor.directory().resolve("recovery")).doesNotExist();
        assertThat(new ClaimFile(FileStorage.at(survivor.directory())).read().orElseThrow().epoch())
            .isEqualTo(2);
        // To start after each would take long.
        if (step == GROUPS_DELETED) {
          survivor.start();
          cluster.awaitReady();
          requireAll(client, docs, POINTS);
          survivor.kill();
        }
        // All that it made is there to be recovered again.
        try (var again = recovery(survivor)) {
          assertThat(again.run().shards().getFirst().points()).hasValue(POINTS);
        }
      }
      assertThat(last).isGreaterThan(7);
    }
  }

  private static boolean breakOff(TestCluster.Node survivor, int step) throws IOException {
    var done = new ArrayList<String>();
    var recovery =
        ClusterRecovery.open(
            survivor.directory(),
            () -> List.of(TestKeyRing.MASTER),
            new SecureRandom(),
            name -> {
              done.add(name);
              if (done.size() == step) {
                throw new BrokenOff();
              }
            });
    try (recovery) {
      var _ = recovery.run();
      return false;
    } catch (BrokenOff _) {
      return true;
    }
  }

  private static final class BrokenOff extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Test
  void recoveryIsRefusedWhereNothingIsLostOrNothingIsKnown() throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("nodes"), 3, 1)) {
      var survivor = cluster.nodes().getLast();
      assertThatThrownBy(() -> recovery(survivor)).isInstanceOf(StoreLockedException.class);
      var from = cluster.nodes().get(1);
      survivor.kill();
      var before = contents(survivor.directory());

      try (var recovery = recovery(survivor)) {
        assertThatThrownBy(
                () -> recovery.requireMajorityLost(from.transport(), Duration.ofSeconds(30)))
            .isInstanceOf(RecoveryException.MajorityLives.class)
            .hasMessageContaining(cluster.nodes().getFirst().addresses().peer());
      }
      assertThat(contents(survivor.directory())).isEqualTo(before);

      // One of three with this one is a majority, too.
      cluster.nodes().getFirst().kill();
      try (var recovery = recovery(survivor)) {
        assertThatThrownBy(
                () -> recovery.requireMajorityLost(from.transport(), Duration.ofSeconds(30)))
            .isInstanceOf(RecoveryException.MajorityLives.class);
      }
    }
    var empty = Files.createDirectory(directory.resolve("empty"));
    assertThatThrownBy(() -> recovery(empty)).isInstanceOf(RecoveryException.NoCatalogue.class);
    assertThatThrownBy(() -> recovery(directory.resolve("nowhere")))
        .isInstanceOf(RecoveryException.NoCatalogue.class);
  }

  /// What the log has lost behind its last sound entry is told, as far as it was committed.
  @Test
  void rottenLogIsTakenAsFarAsItGoes() throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("nodes"), 1, 1)) {
      var survivor = cluster.nodes().getFirst();
      var client = new TestClient(cluster);
      var docs = client.create("docs");
      write(client, docs, 0);
      var clusterId = survivor.host().claim().orElseThrow().clusterId();
      survivor.kill();
      cutTail(
          survivor
              .directory()
              .resolve("raft")
              .resolve(GroupIds.of(clusterId, new ShardGroup(0)).getUuid().toString())
              .resolve("current"));
      survivor.start();
      assertThat(survivor.host().status().reasons().toString()).contains("shard 0: quarantined");
      survivor.kill();

      ClusterRecovery.Report report;
      try (var recovery = recovery(survivor)) {
        report = recovery.run();
      }
      survivor.start();
      cluster.awaitReady();

      var shard = report.shards().getFirst();
      long left = shard.points().orElseThrow();
      assertThat(left).isPositive().isLessThan(POINTS);
      assertThat(shard.committedIndex()).isNotEqualTo(OptionalLong.empty());
      assertThat(shard.committedIndex().orElseThrow()).isGreaterThan(shard.lastIndex());
      requireAll(client, docs, (int) left);
      assertThat(client.count(docs, 0)).isEqualTo(left);
    }
  }

  /// The second half of the log's bytes are zeros.
  private static void cutTail(Path current) throws IOException {
    Path newest;
    try (var files = Files.newDirectoryStream(current, "log_inprogress_*")) {
      newest = files.iterator().next();
    }
    var bytes = Files.readAllBytes(newest);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    Arrays.fill(bytes, end / 2, end, (byte) 0);
    Files.write(newest, bytes);
  }

  private static ClusterRecovery recovery(TestCluster.Node node) throws IOException {
    return recovery(node.directory());
  }

  private static ClusterRecovery recovery(Path directory) throws IOException {
    return ClusterRecovery.open(directory, () -> List.of(TestKeyRing.MASTER), new SecureRandom());
  }

  private static void write(TestClient client, CollectionInfo collection, int from) {
    for (int i = from; i < from + POINTS; i++) {
      assertThat(client.upsert(collection, "p-" + i, i, 1))
          .isInstanceOfAny(Outcome.Applied.class, Outcome.Duplicate.class);
    }
  }

  private static void requireAll(TestClient client, CollectionInfo collection, int points) {
    for (int i = 0; i < points; i++) {
      assertThat(client.get(collection, "p-" + i)).as("p-%d", i).isPresent();
    }
  }

  private static Outcome outcomeOf(
      TestCluster.Node node, CollectionInfo collection, RequestStamp stamp) {
    var point = new Point("p-0", Vector.of(1, 1), Payload.EMPTY);
    int shard = node.host().catalog().orElseThrow().view().shardOf("p-0").number();
    return TestClient.retried(
            () ->
                node.host()
                    .leaderOf(shard)
                    .write(new ShardWrite.Upsert(stamp, collection.id(), List.of(point))))
        .outcome();
  }

  /// Until the node has all that was acknowledged: it waits for that before it answers.
  private static void awaitApplied(
      TestCluster.Node node, TestClient client, CollectionInfo collection) {
    for (int shard = 0; shard < client.membership().placements().size() - 1; shard++) {
      if (TestCluster.hasReplica(node, shard)) {
        var here = node.host().self().shard(shard);
        assertThat(TestClient.retried(() -> here.count(collection.id(), Optional.empty())).value())
            .isEqualTo(client.count(collection, shard));
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static Map<String, Integer> contents(Path directory) throws IOException {
    var contents = new TreeMap<String, Integer>();
    try (var files = Files.walk(directory)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        contents.put(
            directory.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }
}
