package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.RequestId;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.ClusterNode;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A replica that has forgotten what it may have acknowledged counts no more, whatever else its
/// node replicates goes on, and it comes back, but for one thing: its vote.
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class QuarantineTest {
  private static final int POINTS = 40;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path directory;

  @Test
  void replicaWhoseLogHasRottedComesBackWithItsVoteWhileTheOthersServe() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 2)) {
      var scene = new Scene(cluster);
      var node = scene.follower(0);
      var incarnation = scene.incarnation(node, 0);
      var others = cluster.nodes().stream().filter(other -> other != node).toList();
      node.kill();
      long term = term(scene.group(node, 0));
      assertThat(term).isPositive();
      rot(scene.group(node, 0));
      // Until it is known what the node serves meanwhile.
      others.forEach(other -> Partitions.cut(other.id(), scene.id(node)));

      node.start();

      var quarantined = scene.replica(node, 0);
      assertThat(quarantined.quarantine()).contains(QuarantineCause.LOG);
      assertThat(quarantined.incarnation().id()).isEqualTo(incarnation.id());
      assertThat(node.host().status().reasons().toString())
          .contains("shard 0: quarantined: its log has rotted");
      assertThat(gauge(node, MetricNames.QUARANTINED)).isEqualTo(1);
      assertThat(node.host().replica(new ShardGroup(0))).isEmpty();
      assertThat(node.host().replica(new ShardGroup(1))).isPresent();
      assertThat(node.host().replica(new CatalogGroup())).isPresent();
      assertThat(scene.group(node, 0)).doesNotExist();
      assertThat(scene.aside(node, 0)).exists();

      others.forEach(other -> Partitions.heal(other.id(), scene.id(node)));
      scene.awaitBack(node, 0, incarnation);
      cluster.awaitReady();
      assertThat(scene.aside(node, 0)).doesNotExist();
      assertThat(term(scene.group(node, 0))).isGreaterThanOrEqualTo(term);
      assertThat(gauge(node, MetricNames.QUARANTINED)).isEqualTo(0);
      scene.write(POINTS, 2 * POINTS);
      cluster.requireSame(0);
      cluster.requireSame(1);
      scene.requireAll(2 * POINTS);
      assertThat(node.fatal()).isEmpty();
    }
  }

  /// Where the return of a replica from quarantine is, at the earliest.
  private enum Step {
    BEGUN_TO_BE_TAKEN_OUT,
    TAKEN_OUT,
    DELETED,
    BEGUN_TO_BE_ADDED,
    OPENED,
    ADDED
  }

  /// What one leader of the catalogue has begun, the next goes on with.
  @Test
  void replicaComesBackOnceWithItsVoteThoughTheLeaderOfTheCatalogueDiesAtEachStep()
      throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      var node = scene.follower(0);
      var incarnation = scene.incarnation(node, 0);
      node.kill();
      rot(scene.group(node, 0));
      node.start();

      try (var watch = new Watch(node.directory(), scene.name(shard(0)))) {
        for (var step : Step.values()) {
          Awaitility.await()
              .atMost(PATIENCE)
              .pollInterval(Duration.ofMillis(10))
              .until(() -> scene.isAt(step, node, incarnation));
          var leader = cluster.awaitCatalogLeader();
          leader.kill();
          var _ = cluster.awaitCatalogLeader();
          leader.start();
        }
        scene.awaitBack(node, 0, incarnation);
        cluster.awaitReady();
        watch.requireOneVoteInEachTerm();
        assertThat(watch.incarnations()).hasSize(2).contains(incarnation.id());
      }

      assertThat(scene.placed(shard(0))).containsExactlyInAnyOrderElementsOf(scene.ids);
      assertThat(scene.aside(node, 0)).doesNotExist();
      assertThat(cluster.nodes())
          .allSatisfy(
              one ->
                  assertThat(one.host().status().replicas())
                      .filteredOn(replica -> replica.group().equals(shard(0)))
                      .hasSize(1));
      scene.write(POINTS, 2 * POINTS);
      cluster.requireSame(0);
      scene.requireAll(2 * POINTS);
    }
  }

  /// Nothing can be told of any log then.
  @Test
  void nodeWhoseWatermarksAreLostComesBackWithAllItsGroups() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      var node = scene.follower(0);
      var incarnation = scene.incarnation(node, 0);
      node.kill();
      Files.write(node.directory().resolve("watermarks"), new byte[8192]);

      node.start();

      assertThat(node.host().status().replicas())
          .extracting(ReplicaStatus::quarantine)
          .allMatch(cause -> cause.filter(QuarantineCause.WATERMARKS::equals).isPresent());
      scene.awaitBack(node, 0, incarnation);
      cluster.awaitReady();
      assertThat(node.host().replica(new CatalogGroup())).isPresent();
      scene.write(POINTS, 2 * POINTS);
      cluster.requireSame(0);
      scene.requireAll(2 * POINTS);
    }
  }

  @Test
  void replicaThatNobodyElseHasStaysAndIsRecoveredFromWhatIsLeft() throws Exception {
    try (var cluster = TestCluster.formed(directory, 1, 2)) {
      var scene = new Scene(cluster);
      var node = cluster.nodes().getFirst();
      node.kill();
      rot(scene.group(node, 0));

      node.start();

      assertThat(node.host().status().reasons().toString())
          .contains("shard 0: quarantined", "only quiver cluster recover or quiver salvage");
      var view = node.host().catalog().orElseThrow().view();
      assertThat(TestClient.retried(() -> node.host().self().members(new ShardGroup(1))).ids())
          .containsExactly(node.id());
      // Sweeps pass, and none takes it out.
      Awaitility.await()
          .during(Duration.ofSeconds(7))
          .atMost(PATIENCE)
          .until(
              () ->
                  node.host()
                          .catalog()
                          .orElseThrow()
                          .view()
                          .membership()
                          .placements()
                          .equals(view.membership().placements())
                      && Files.exists(scene.aside(node, 0)));
      node.kill();

      ClusterRecovery.Report report;
      try (var recovery =
          ClusterRecovery.open(
              node.directory(), () -> List.of(TestKeyRing.MASTER), new SecureRandom())) {
        report = recovery.run();
      }
      assertThat(report.shards().getFirst().isHere()).isTrue();
      assertThat(report.shards().getFirst().lastIndex()).isPositive();
      assertThat(report.shards().getFirst().committedIndex()).isNotEmpty();
      assertThat(scene.aside(node, 0)).doesNotExist();
      node.start();
      cluster.awaitReady();
    }
  }

  @Test
  void nothingIsTakenOutOfAGroupWhoseMajorityIsQuarantined() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 2)) {
      var scene = new Scene(cluster);
      var rotten = List.of(cluster.nodes().get(0), cluster.nodes().get(1));
      var sound = cluster.nodes().get(2);
      rotten.forEach(TestCluster.Node::kill);
      for (var node : rotten) {
        rot(scene.group(node, 0));
      }
      rotten.forEach(TestCluster.Node::start);
      var catalog = cluster.awaitCatalogLeader();
      // The other shard serves.
      var _ = cluster.awaitLeader(1);
      var before = catalog.host().catalog().orElseThrow().view().membership().placement(shard(0));

      Awaitility.await()
          .during(Duration.ofSeconds(10))
          .atMost(PATIENCE)
          .until(
              () ->
                  sound
                          .host()
                          .catalog()
                          .orElseThrow()
                          .view()
                          .membership()
                          .placement(shard(0))
                          .equals(before)
                      && rotten.stream().allMatch(node -> Files.exists(scene.aside(node, 0))));

      assertThat(scene.replica(sound, 0).leader()).isEmpty();
    }
  }

  @Test
  void replicaWhoseVoteIsLostNeverComesBackUnderItsNodesId() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      var node = scene.follower(0);
      var incarnation = scene.incarnation(node, 0);
      node.kill();
      Files.write(vote(scene.group(node, 0)), "nonsense".getBytes(StandardCharsets.US_ASCII));

      node.start();

      assertThat(node.host().status().reasons().toString())
          .contains("shard 0: quarantined: its vote is damaged or gone; under this node's id it");
      scene.write(POINTS, 2 * POINTS);
      Awaitility.await()
          .during(Duration.ofSeconds(7))
          .atMost(PATIENCE)
          .until(() -> scene.replica(node, 0).quarantine().isPresent());
      assertThat(scene.incarnation(node, 0)).isEqualTo(incarnation);
      var groups = List.of(new CatalogGroup(), shard(0));
      assertThat(groups).allMatch(group -> scene.placed(group).contains(node.id()));
      assertThatThrownBy(
              () ->
                  node.host()
                      .self()
                      .openReplica(shard(0), new CatalogOrder(1L << 40, 1), 1L << 50, 0)
                      .join())
          .hasMessageContaining("its vote on this node was lost");
    }
  }

  /// It was drained, so that nothing is left of what was quarantined but that its vote was lost.
  @Test
  void nodeIsNeverGivenAShardAgainThatItsVoteIsLostForAndAMoveThatWouldDoSoIsGivenUp()
      throws Exception {
    try (var cluster = TestCluster.formed(directory.resolve("formed"), 3, 1)) {
      var scene = new Scene(cluster);
      var node = scene.follower(0);
      node.kill();
      Files.delete(vote(scene.group(node, 0)));
      node.start();
      var fourth = cluster.addNode(directory.resolve("fourth"));
      TestClient.retried(() -> fourth.host().join(cluster.awaitLeader(0).addresses().peer()));

      scene.setState(node, ClusterNode.State.DRAINING);
      scene.awaitPlaced(shard(0), node, false);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> node.host().status().replicas().isEmpty() && !scene.isMoving());
      assertThat(node.host().status().lostVotes()).containsExactly(shard(0));
      node.kill();
      node.start();
      assertThat(node.host().status().lostVotes()).containsExactly(shard(0));

      // It comes back for all else, and the shard lacks a member for that.
      scene.setState(node, ClusterNode.State.ACTIVE);
      var drained =
          cluster.nodes().stream()
              .filter(other -> other != node && other != cluster.awaitLeader(0))
              .findFirst()
              .orElseThrow();
      scene.setState(drained, ClusterNode.State.DRAINING);
      scene.awaitPlaced(new CatalogGroup(), node, true);
      var from = scene.placed(shard(0)).getFirst();
      var _ =
          scene.client.change(
              new CatalogWrite.MoveReplica(
                  new RequestId(UUID.randomUUID()), 0, from, scene.id(node)));
      Awaitility.await().atMost(PATIENCE).until(() -> !scene.isMoving());

      assertThat(scene.placed(shard(0))).contains(from).doesNotContain(scene.id(node));
      scene.write(POINTS, 2 * POINTS);
      scene.requireAll(2 * POINTS);
    }
  }

  /// Its copy of the catalogue serves meanwhile.
  @Test
  void catalogueWhoseLogHasRottedComesBack() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      var catalogLeader = cluster.awaitCatalogLeader();
      var node =
          cluster.nodes().stream().filter(one -> one != catalogLeader).findFirst().orElseThrow();
      node.kill();
      rot(scene.group(node, new CatalogGroup()));

      node.start();

      assertThat(node.host().status().reasons().toString()).contains("catalogue: quarantined");
      assertThat(node.host().catalog().orElseThrow().view().shards()).hasSize(1);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> node.host().replica(new CatalogGroup()).isPresent());
      cluster.awaitReady();
      var _ = scene.client.create("more");
    }
  }

  @Test
  void catalogueWhoseCheckpointIsDamagedComesBackAsWell() throws Exception {
    try (var cluster = TestCluster.formed(directory, 3, 1)) {
      var scene = new Scene(cluster);
      var node = scene.follower(0);
      node.kill();
      Files.write(node.directory().resolve("catalog.checkpoint"), new byte[100]);

      node.start();

      assertThat(node.host().status().reasons().toString())
          .contains("catalogue: quarantined: its checkpoint is damaged");
      assertThat(node.host().replica(shard(0))).isPresent();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> node.host().replica(new CatalogGroup()).isPresent());
      cluster.awaitReady();
    }
  }

  private static GroupKey shard(int number) {
    return new ShardGroup(number);
  }

  private static Object gauge(TestCluster.Node node, String name) {
    return Objects.requireNonNull(node.metrics().getGauges().get(name)).getValue();
  }

  private static Path vote(Path group) {
    return group.resolve("current").resolve("raft-meta");
  }

  private static long term(Path group) throws IOException {
    var content = new Properties();
    try (var reader = Files.newBufferedReader(vote(group))) {
      content.load(reader);
    }
    return Long.parseLong(content.getProperty("term"));
  }

  /// Flips a bit of an entry that was committed.
  private static void rot(Path group) throws IOException {
    List<Path> segments = new ArrayList<>();
    try (var files = Files.newDirectoryStream(group.resolve("current"), "log_*")) {
      files.forEach(segments::add);
    }
    segments.sort(null);
    var file = segments.getFirst();
    var bytes = Files.readAllBytes(file);
    int end = bytes.length;
    while (bytes[end - 1] == 0) {
      end--;
    }
    bytes[end / 2] ^= 1;
    Files.write(file, bytes);
  }

  /// Looks, all the time, at what a node keeps of its replica of a group.
  private static final class Watch implements AutoCloseable {
    private final Path dataDirectory;
    private final String group;
    private final Set<UUID> incarnations = ConcurrentHashMap.newKeySet();
    private final Set<String> votes = ConcurrentHashMap.newKeySet();
    private final List<Long> terms = new CopyOnWriteArrayList<>();
    private final Thread watcher;
    private volatile boolean isOver;

    Watch(Path dataDirectory, String group) {
      this.dataDirectory = dataDirectory;
      this.group = group;
      this.watcher = Thread.ofPlatform().start(this::watch);
    }

    private void watch() {
      while (!isOver) {
        try {
          look();
        } catch (NoSuchFileException e) {
          // Deleted or renamed just now.
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
      }
    }

    private void look() throws IOException {
      ReplicaNote.read(dataDirectory, group)
          .ifPresent(note -> incarnations.add(note.incarnation().id()));
      var content = new Properties();
      try (var reader = Files.newBufferedReader(vote(dataDirectory.resolve("raft/" + group)))) {
        content.load(reader);
      }
      long term = Long.parseLong(content.getProperty("term"));
      if (terms.isEmpty() || terms.getLast() != term) {
        terms.add(term);
      }
      if (!content.getProperty("votedFor").isEmpty()) {
        votes.add(term + " for " + content.getProperty("votedFor"));
      }
    }

    Set<UUID> incarnations() {
      return incarnations;
    }

    void requireOneVoteInEachTerm() {
      assertThat(terms).isNotEmpty().isSorted();
      assertThat(votes.stream().map(vote -> vote.substring(0, vote.indexOf(' '))))
          .doesNotHaveDuplicates();
    }

    @Override
    public void close() {
      isOver = true;
      try {
        watcher.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// A collection on all shards.
  private static final class Scene {
    private final TestCluster cluster;
    private final TestClient client;
    private final CollectionInfo collection;
    private final List<NodeId> ids;
    private final UUID clusterId;

    Scene(TestCluster cluster) {
      this.cluster = cluster;
      this.client = new TestClient(cluster);
      this.collection = client.create("things");
      this.ids = cluster.nodes().stream().map(TestCluster.Node::id).toList();
      this.clusterId = cluster.nodes().getFirst().host().claim().orElseThrow().clusterId();
      write(0, POINTS);
    }

    void write(int from, int to) {
      for (int number = from; number < to; number++) {
        assertThat(client.upsert(collection, "p-" + number, number, 2))
            .isInstanceOfAny(Outcome.Applied.class, Outcome.Duplicate.class);
      }
    }

    void requireAll(int count) {
      for (int number = 0; number < count; number++) {
        assertThat(client.get(collection, "p-" + number)).isPresent();
      }
    }

    NodeId id(TestCluster.Node node) {
      return ids.get(cluster.nodes().indexOf(node));
    }

    /// Which does not lead the catalogue either.
    TestCluster.Node follower(int shard) {
      var leader = cluster.awaitLeader(shard);
      var catalogLeader = cluster.awaitCatalogLeader();
      return cluster.nodes().stream()
          .filter(node -> node != leader && node != catalogLeader)
          .findFirst()
          .orElseThrow();
    }

    ReplicaStatus replica(TestCluster.Node node, int shard) {
      return node.host().status().replicas().stream()
          .filter(replica -> replica.group().equals(shard(shard)))
          .findFirst()
          .orElseThrow();
    }

    Incarnation incarnation(TestCluster.Node node, int shard) {
      return replica(node, shard).incarnation();
    }

    List<NodeId> placed(GroupKey group) {
      var view = cluster.awaitCatalogLeader().host().catalog().orElseThrow().view();
      return view.membership().placement(group).members();
    }

    void setState(TestCluster.Node node, ClusterNode.State state) {
      var _ =
          client.change(
              new CatalogWrite.SetNodeState(new RequestId(UUID.randomUUID()), node.id(), state));
    }

    void awaitPlaced(GroupKey group, TestCluster.Node node, boolean isMember) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> placed(group).contains(node.id()) == isMember);
    }

    boolean isMoving() {
      return client.membership().placements().values().stream()
          .anyMatch(placement -> placement.move().isPresent());
    }

    Path group(TestCluster.Node node, int shard) {
      return group(node, shard(shard));
    }

    Path group(TestCluster.Node node, GroupKey key) {
      return node.directory().resolve("raft").resolve(name(key));
    }

    Path aside(TestCluster.Node node, int shard) {
      return node.directory().resolve("raft-aside").resolve(name(shard(shard)));
    }

    /// Or past it.
    boolean isAt(Step step, TestCluster.Node node, Incarnation before) {
      var placement =
          cluster
              .awaitCatalogLeader()
              .host()
              .catalog()
              .orElseThrow()
              .view()
              .membership()
              .placement(shard(0));
      boolean isOut = !placement.members().contains(id(node));
      var isBack =
          !isOut
              && node.isUp()
              && node.host().status().replicas().stream()
                  .filter(replica -> replica.group().equals(shard(0)))
                  .anyMatch(replica -> !replica.incarnation().id().equals(before.id()));
      return isBack
          || switch (step) {
            case BEGUN_TO_BE_TAKEN_OUT -> isOut || placement.move().isPresent();
            case TAKEN_OUT -> isOut;
            case DELETED -> !Files.exists(aside(node, 0));
            case BEGUN_TO_BE_ADDED -> isOut && placement.move().isPresent();
            case OPENED -> Files.exists(group(node, 0));
            case ADDED -> false;
          };
    }

    private String name(GroupKey key) {
      return GroupIds.of(clusterId, key).getUuid().toString();
    }

    void awaitBack(TestCluster.Node node, int shard, Incarnation before) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  node.host().status().replicas().stream()
                          .filter(replica -> replica.group().equals(shard(shard)))
                          .anyMatch(
                              replica ->
                                  replica.quarantine().isEmpty()
                                      && replica.problem().isEmpty()
                                      && !replica.incarnation().id().equals(before.id()))
                      && placed(shard(shard)).contains(node.id()));
    }
  }
}
