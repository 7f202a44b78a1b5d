package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.snapshot.SnapshotLeases;
import io.quiverdb.raft.snapshot.SnapshotMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Replicas that fall out of service in a process that goes on.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SupervisorTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;
  private final AtomicLong nanos = new AtomicLong();
  private boolean isToGo;
  private final MetricRegistry metrics = new MetricRegistry();
  private final List<Throwable> fatal = new ArrayList<>();

  @Test
  void replicaThatCouldNotApplyAnEntryIsOpenedAgainWhenItCan() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      var supervisor = supervisor(node);
      var _ = GroupCluster.propose(node, "a").join();
      node.state().poison("b");
      var _ = GroupCluster.propose(node, "b");
      awaitFault(node);

      // Later and later, as long as the cause is there.
      supervisor.tick();
      awaitReopened(1);
      awaitFault(node);
      supervisor.tick();
      assertThat(reopened()).isEqualTo(1);
      nanos.addAndGet(Duration.ofSeconds(2).toNanos());
      supervisor.tick();
      awaitReopened(2);
      awaitFault(node);

      node.state().poison("nothing");
      nanos.addAndGet(Duration.ofSeconds(4).toNanos());
      supervisor.tick();
      awaitReopened(3);

      assertThat(cluster.awaitLeader()).isSameAs(node);
      Awaitility.await().atMost(PATIENCE).until(() -> node.state().count("b") == 1);
      assertThat(node.state().count("a")).isEqualTo(1);
      var _ = GroupCluster.propose(node, "c").join();
      nanos.addAndGet(Duration.ofMinutes(2).toNanos());
      supervisor.tick();
      assertThat(reopened()).isEqualTo(3);
      assertThat(fatal).isEmpty();
    }
  }

  @Test
  void storeThatFailedOfAnEntryIsOpenedAgainAndOneThatFailedOfTheDiskIsNot() {
    var bug = new StoreFailedException("store: failed", new IllegalStateException("a bug"));
    var disk =
        new StoreFailedException("store: failed", new UncheckedIOException(new IOException()));

    assertThat(Supervisor.isOfTheDisk(bug)).isFalse();
    assertThat(Supervisor.isOfTheDisk(disk)).isTrue();
  }

  @Test
  void replicaThatWasClosedIsOpenedAgain() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      var _ = GroupCluster.propose(node, "a").join();
      node.replica().division().orElseThrow().close();
      assertThat(node.replica().alive()).isFalse();

      supervisor(node).tick();
      awaitReopened(1);

      assertThat(cluster.awaitLeader()).isSameAs(node);
      var _ = GroupCluster.propose(node, "b").join();
      assertThat(node.state().total()).isEqualTo(2);
    }
  }

  /// Whoever leads its group back to it needs it, in the end.
  @Test
  void replicaThatWasClosedAndIsToGoIsLeftToWhoeverRemovesItForAMinute() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      var supervisor = supervisor(node);
      node.replica().division().orElseThrow().close();
      isToGo = true;

      supervisor.tick();
      nanos.addAndGet(Duration.ofSeconds(59).toNanos());
      supervisor.tick();
      assertThat(reopened()).isZero();
      assertThat(node.replica().alive()).isFalse();

      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      supervisor.tick();
      awaitReopened(1);
      assertThat(cluster.awaitLeader()).isSameAs(node);
    }
  }

  @Test
  void replicaThatIsToGoAndIsStillNeededIsOpenedAgainIfItFailed() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      node.state().poison("b");
      var _ = GroupCluster.propose(node, "b");
      awaitFault(node);
      isToGo = true;

      supervisor(node).tick();

      awaitReopened(1);
    }
  }

  @Test
  void replicaThatIsBeingRemovedIsNotOpenedAgain() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      var replica = node.replica();
      replica.division().orElseThrow().close();
      node.diskFails = true;
      assertThatThrownBy(
              () ->
                  node.remove(new CatalogOrder(1, 1), node.note().orElseThrow().incarnation().id()))
          .isInstanceOf(IOException.class);

      supervisor(node).tick();
      boolean isOpen = node.server.orElseThrow().openAgain(replica, () -> {});

      assertThat(isOpen).isFalse();
      assertThat(reopened()).isZero();
      assertThat(node.groupDirectory()).doesNotExist();
    }
  }

  @Test
  void replicaThatWasClosedAndWhoseLogHasRottedGoesIntoQuarantine() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      GroupServerTest.proposeAll(cluster, 0, 10);
      // Writes down that they are committed.
      node.kill();
      node.start();
      var _ = cluster.awaitLeader();
      node.replica().division().orElseThrow().close();
      rot(node.logDirectory());

      supervisor(node).tick();

      assertThat(reopened()).isZero();
      assertThat(node.quarantine()).contains(QuarantineCause.LOG);
      assertThat(node.server.orElseThrow().replicas()).isEmpty();
      assertThat(fatal).isEmpty();
    }
  }

  @Test
  void nodeOpensItsClosedReplicasAgainWithAllThatWasAcknowledged() throws Exception {
    try (var cluster = TestCluster.formed(directory, 1, 1)) {
      var node = cluster.nodes().getFirst();
      var client = new TestClient(cluster);
      var docs = client.create("docs");
      var _ = client.upsert(docs, "a", 1, 2);
      node.host().checkpoint();
      var _ = client.upsert(docs, "b", 3, 4);

      for (var group : List.<GroupKey>of(new CatalogGroup(), new ShardGroup(0))) {
        node.host().replica(group).flatMap(Replica::division).orElseThrow().close();
        Awaitility.await()
            .atMost(PATIENCE)
            .until(
                () ->
                    node.metrics().counter(MetricNames.of(MetricNames.REOPENED, group)).getCount()
                        == 1);
      }
      cluster.awaitReady();

      assertThat(client.get(docs, "a")).isPresent();
      assertThat(client.get(docs, "b")).isPresent();
      assertThat(client.upsert(docs, "c", 5, 6)).isInstanceOf(Outcome.Applied.class);
      var _ = client.create("more");
      assertThat(node.fatal()).isEmpty();
    }
  }

  /// Its leader: another one takes over, with all that was acknowledged.
  @Test
  void shardThatCannotApplyAnEntryIsVisiblyOutOfServiceUntilTheCauseIsGone() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var client = new TestClient(cluster);
      var docs = client.create("docs");
      write(client, docs, 0, 20);
      var node = cluster.awaitLeader(0);
      node.host().checkpoint();
      write(client, docs, 20, 40);

      node.failApplying(Optional.of(new IllegalStateException("a bug")));
      write(client, docs, 40, 60);

      assertThat(cluster.awaitLeader(0)).isNotSameAs(node);
      // Again and again, as long as it fails: whoever looks meanwhile sees the one or the other.
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  node.host()
                      .status()
                      .reasons()
                      .contains("shard 0: failed: IllegalStateException"));
      Awaitility.await().atMost(PATIENCE).until(() -> reopenedShard(node) >= 2);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  node.host().status().replicas().stream()
                      .filter(replica -> replica.group().equals(new ShardGroup(0)))
                      .anyMatch(
                          replica ->
                              replica.role() == ReplicaStatus.Role.CLOSED
                                  && replica.problem().isPresent()));
      assertThat(node.host().replica(new CatalogGroup()).orElseThrow().alive()).isTrue();
      write(client, docs, 60, 80);

      node.failApplying(Optional.empty());
      cluster.awaitReady();

      cluster.requireSame(0);
      for (int point = 0; point < 80; point++) {
        assertThat(client.get(docs, "p-" + point)).isPresent();
      }
      assertThat(node.fatal()).isEmpty();
    }
  }

  private static long reopenedShard(TestCluster.Node node) {
    return node.metrics()
        .counter(MetricNames.of(MetricNames.REOPENED, new ShardGroup(0)))
        .getCount();
  }

  private static void write(TestClient client, CollectionInfo docs, int from, int to) {
    for (int point = from; point < to; point++) {
      assertThat(client.upsert(docs, "p-" + point, point, 1))
          .isInstanceOfAny(Outcome.Applied.class, Outcome.Duplicate.class);
    }
  }

  @Test
  void replicaThatIsWellIsLeftAlone() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      var division = node.replica().division().orElseThrow();

      supervisor(node).tick();

      assertThat(node.replica().division()).contains(division);
      assertThat(reopened()).isZero();
    }
  }

  private Supervisor supervisor(GroupCluster.Node node) {
    return new Supervisor(
        () -> node.server.orElseThrow(),
        _ -> isToGo,
        new SnapshotLeases(new SnapshotMetrics(metrics), nanos::get),
        fatal::add,
        metrics,
        nanos::get,
        Runnable::run);
  }

  private long reopened() {
    return metrics.counter(MetricNames.of(MetricNames.REOPENED, GroupCluster.KEY)).getCount();
  }

  private void awaitReopened(long times) {
    Awaitility.await().atMost(PATIENCE).until(() -> reopened() == times);
  }

  private static void awaitFault(GroupCluster.Node node) {
    Awaitility.await().atMost(PATIENCE).until(() -> node.replica().machine().fault().isPresent());
  }

  private static void rot(Path log) throws IOException {
    List<Path> segments = new ArrayList<>();
    try (var files = Files.newDirectoryStream(log, "log_*")) {
      files.forEach(segments::add);
    }
    segments.sort(null);
    var bytes = Files.readAllBytes(segments.getFirst());
    bytes[30] ^= 1;
    Files.write(segments.getFirst(), bytes);
  }
}
