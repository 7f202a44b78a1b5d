package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.UnsupportedFormatException;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.op.Op;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.CatalogWritten;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clusters of two releases. Of the earlier one, the logs hold no new payloads. The next one knows
/// them at feature level 2, at which shards also remember far fewer requests: one more kind of
/// operation, and a changed rule of how all of them are applied, which shows in the state's hash.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class MixedVersionTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int NEXT_LEVEL = 2;

  /// About twenty requests.
  private static final long NEXT_WINDOW_BYTES = 2_000;

  private static final FeatureLevels EARLIER = earlier();
  private static final FeatureLevels NEXT =
      EARLIER.and(
          new FeatureLevels.Rules(
              FeatureLevels.CURRENT.rules(FeatureLevels.FIRST).kinds(), NEXT_WINDOW_BYTES));

  @TempDir Path directory;

  private static FeatureLevels earlier() {
    var rules = FeatureLevels.CURRENT.rules(FeatureLevels.FIRST);
    var kinds = EnumSet.copyOf(rules.kinds());
    kinds.remove(Op.KindCase.SET_PAYLOAD);
    return new FeatureLevels(
        FeatureLevels.FIRST, new FeatureLevels.Rules(kinds, rules.requestWindowBytesMax()));
  }

  @Test
  void replicasOfTwoReleasesAgreeThroughARollingUpgradeAndTheRiseOfTheLevel() throws Exception {
    try (var cluster =
        TestCluster.formedOf(directory.resolve("formed"), EARLIER, EARLIER, EARLIER)) {
      var scene = new Scene(cluster);
      var stop = new AtomicBoolean();
      var writer = Thread.ofVirtual().start(() -> scene.writeUntil(stop));

      for (var node : cluster.nodes()) {
        scene.requireNotRaised("supports 1 (expected: one that every node supports)");
        node.kill();
        node.startAs(NEXT);
        cluster.awaitReady();
        // Whoever leads, the earlier release or the next.
        scene.requireSetPayloadRefused();
        cluster.requireSame(0);
      }
      assertThat(scene.level()).isEqualTo(FeatureLevels.FIRST);
      var first = scene.upsertOnce();
      assertThat(scene.repeat(first)).isInstanceOf(Outcome.Duplicate.class);

      cluster.requireSame(0);
      var raised = CompletableFuture.supplyAsync(() -> scene.raise(NEXT_LEVEL));
      // Marks before and behind the entry that raises it, and writes between them.
      while (!scene.setsPayload()) {
        cluster.requireSame(0);
      }
      assertThat(raised.join()).isInstanceOf(CatalogWritten.Changed.class);
      cluster.requireSame(0);
      scene.write(100);
      assertThat(scene.repeat(first)).isInstanceOf(Outcome.Applied.class);
      cluster.requireSame(0);
      assertThat(scene.level()).isEqualTo(NEXT_LEVEL);
      assertThat(scene.raise(NEXT_LEVEL)).isInstanceOf(CatalogWritten.Changed.class);
      scene.requireNotRaised(1, "expected: at least 2, the cluster's; it never falls");

      stop.set(true);
      writer.join();
      var last = cluster.nodes().getLast();
      last.kill();
      assertThatThrownBy(() -> last.startAs(EARLIER))
          .isInstanceOf(FeatureLevelException.class)
          .hasMessage("cluster: feature level 2 (supported: 1)");
      last.startAs(NEXT);
      cluster.awaitReady();
      scene.setPayload();
      scene.requireAll();
      cluster.requireSame(0);
    }
  }

  @Test
  void replicaOfAnEarlierReleaseStopsWhereTheLevelRisesAndALaterReleaseGoesOnFromThere() {
    try (var cluster = TestCluster.formedOf(directory.resolve("formed"), EARLIER, NEXT, NEXT)) {
      var scene = new Scene(cluster);
      // What all of them support.
      assertThat(scene.level()).isEqualTo(FeatureLevels.FIRST);
      scene.write(30);
      var earlier = cluster.nodes().getFirst();
      while (cluster.awaitLeader(0) == earlier) {
        TestClient.retried(
            () ->
                earlier
                    .host()
                    .self()
                    .transferLeader(new ShardGroup(0), other(cluster, earlier).id()));
      }

      // What only a node may ask for that has made sure of the others.
      var _ =
          TestClient.retried(
              () ->
                  other(cluster, earlier)
                      .host()
                      .leaderOf(0)
                      .write(new ShardWrite.SetFeatureLevel(TestClient.stamp(), NEXT_LEVEL)));

      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(earlier.host().status().reasons())
                      .contains(
                          "shard 0: stopped, of a later release: operation SET_FEATURE_LEVEL:"
                              + " feature level 2 (supported: 1)"));
      // As it does when it is asked to end.
      earlier.host().checkpoint();
      assertThat(earlier.fatal()).isEmpty();
      earlier.kill();
      scene.write(30);
      earlier.startAs(NEXT);
      cluster.awaitReady();
      scene.requireAll();
      cluster.requireSame(0);
    }
  }

  @Test
  void nodeOfAnEarlierReleaseDoesNotJoin() {
    try (var cluster = TestCluster.formedOf(directory.resolve("formed"), NEXT)) {
      // Formed of the next release alone, it begins at its level.
      assertThat(new Scene(cluster).level()).isEqualTo(NEXT_LEVEL);
      assertThat(cluster.nodes().getFirst().host().status().featureLevels())
          .contains(new VersionRange(1, NEXT_LEVEL));
      var contact = cluster.nodes().getFirst().addresses().peer();
      var earlier = cluster.addNode(directory.resolve("earlier"), EARLIER);

      assertThatThrownBy(() -> TestClient.retried(() -> earlier.host().join(contact)))
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "node %s: feature levels 1 to 1 (expected: 2 among them, the cluster's)"
                  .formatted(earlier.id()));
      assertThat(new TestClient(cluster).membership().nodes()).hasSize(1);
    }
  }

  @Test
  void nodeWhoseShardIsOfALaterLevelIsNotStarted() {
    try (var cluster = TestCluster.formedOf(directory.resolve("formed"), NEXT)) {
      var scene = new Scene(cluster);
      scene.awaitSetPayload();
      var node = cluster.nodes().getFirst();
      node.host().checkpoint();
      node.kill();
      assertThat(node.directory().resolve("catalog.copy").toFile().delete()).isTrue();

      assertThatThrownBy(() -> node.startAs(EARLIER))
          .isInstanceOf(UnsupportedFormatException.class)
          .hasMessageContaining("feature level 2 (readable: 1)");
      node.startAs(NEXT);
      cluster.awaitReady();
      scene.setPayload();
    }
  }

  private static TestCluster.Node other(TestCluster cluster, TestCluster.Node node) {
    return cluster.nodes().stream().filter(one -> one != node).findFirst().orElseThrow();
  }

  /// A cluster with a collection, and what was acknowledged to it.
  private static final class Scene {
    private final TestCluster cluster;
    private final TestClient client;
    private final CollectionInfo collection;
    private volatile int written;

    Scene(TestCluster cluster) {
      this.cluster = cluster;
      this.client = new TestClient(cluster);
      this.collection = client.create("docs");
    }

    synchronized void write(int points) {
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

    RequestStamp upsertOnce() {
      var stamp = TestClient.stamp();
      assertThat(repeat(stamp)).isInstanceOf(Outcome.Applied.class);
      return stamp;
    }

    Outcome repeat(RequestStamp stamp) {
      return write(ShardWrite.Delete.ofIds(stamp, collection.id(), List.of("nobody")));
    }

    private Outcome write(ShardWrite write) {
      return TestClient.retried(() -> cluster.awaitLeader(0).host().self().shard(0).write(write))
          .outcome();
    }

    void setPayload() {
      var change = new PayloadChange("p-0", Payload.ofJson("{\"new\":1}"));
      assertThat(
              write(
                  new ShardWrite.SetPayload(TestClient.stamp(), collection.id(), List.of(change))))
          .isInstanceOf(Outcome.Applied.class);
    }

    void requireSetPayloadRefused() {
      assertThatThrownBy(this::setPayload)
          .hasMessageContaining("SET_PAYLOAD: not of feature level 1, which is in force");
    }

    /// The reconciler tells the shards by and by.
    void awaitSetPayload() {
      Awaitility.await().atMost(PATIENCE).until(this::setsPayload);
    }

    /// Whether it is not refused any more.
    boolean setsPayload() {
      try {
        setPayload();
        return true;
      } catch (CompletionException _) {
        return false;
      }
    }

    int level() {
      return TestClient.retried(
              () -> cluster.nodes().getFirst().host().catalog().orElseThrow().barrier())
          .featureLevel();
    }

    CatalogWritten raise(int level) {
      return client.change(
          new CatalogWrite.RaiseFeatureLevel(new RequestId(UUID.randomUUID()), level));
    }

    void requireNotRaised(String why) {
      requireNotRaised(NEXT_LEVEL, why);
    }

    void requireNotRaised(int level, String why) {
      assertThatThrownBy(() -> raise(level))
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(why);
    }
  }
}
