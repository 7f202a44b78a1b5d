package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.Vector;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reads that replicas serve which do not lead.
class FollowerReadTest {
  private static final int SHARD = 0;
  private static final int WRITES = 20;
  private static final int READS_TOGETHER = 200;

  @TempDir Path directory;

  private TestCluster cluster;
  private TestClient client;
  private CollectionInfo docs;

  @BeforeEach
  void form() {
    cluster = TestCluster.formed(directory, 3, 1);
    client = new TestClient(cluster);
    docs = client.create("docs");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void followersSeeEveryWriteThatWasAcknowledgedBeforeTheReadBegan() {
    for (int number = 0; number < WRITES; number++) {
      String id = "point-" + number;
      client.upsert(docs, id, 1, 2);

      for (var node : cluster.nodes()) {
        assertThat(linearizable(node, id)).as(id).isPresent();
      }
    }
  }

  @Test
  void readsOfAFollowerShareTheirQuestionsToTheLeader() {
    client.upsert(docs, "a", 1, 2);
    var follower = aFollower();

    List<CompletableFuture<?>> reads = new ArrayList<>();
    for (int number = 0; number < READS_TOGETHER; number++) {
      reads.add(shardAt(follower).get(docs.id(), List.of("a")));
    }
    reads.forEach(CompletableFuture::join);

    var batches = follower.metrics().histogram(MetricNames.BARRIER_ASKED);
    assertThat(batches.getCount()).isPositive().isLessThan(READS_TOGETHER);
    assertThat(batches.getSnapshot().getMax()).isGreaterThan(1);
  }

  /// It answers neither from what it has nor by what the leader said before.
  @Test
  void followerThatIsCutOffAnswersNoLinearizableRead() {
    client.upsert(docs, "a", 1, 2);
    var follower = aFollower();
    assertThat(linearizable(follower, "a")).isPresent();

    cluster.isolate(follower);
    var read = shardAt(follower).get(docs.id(), List.of("a"));

    assertThatThrownBy(read::join).hasCauseInstanceOf(ShardException.Unavailable.class);
    // What it has it still shows to those who do not ask for more.
    var old = shardAt(follower).get(docs.id(), List.of("a"), Consistency.ANY).join();
    assertThat(old.value().getFirst()).isPresent();
    assertThat(old.lag()).isPresent();
  }

  /// The follower still holds it to be the leader.
  @Test
  void followerOfADeposedLeaderDoesNotAnswer() {
    client.upsert(docs, "a", 1, 2);
    var old = cluster.awaitLeader(SHARD);
    var others = cluster.nodes().stream().filter(node -> node != old).toList();
    others.forEach(node -> Partitions.cutConsensus(old.id(), node.id()));
    try {
      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> others.stream().anyMatch(FollowerReadTest::leads));
      var written = upsert(others, "b");
      assertThat(written).isInstanceOf(Outcome.Applied.class);

      // Those in the minority may fail, and whoever answers has seen the write.
      for (int round = 0; round < WRITES; round++) {
        for (var node : cluster.nodes()) {
          try {
            var found = shardAt(node).get(docs.id(), List.of("b")).join();
            assertThat(found.value().getFirst()).isPresent();
          } catch (CompletionException e) {
            assertThat(e).hasCauseInstanceOf(ShardException.class);
          }
        }
      }
    } finally {
      others.forEach(node -> Partitions.heal(old.id(), node.id()));
    }
  }

  @Test
  void followerThatIsBehindWaitsForWhatTheSessionHasSeen() {
    client.upsert(docs, "a", 1, 2);
    var follower = aFollower();
    Position before = shardAt(follower).get(docs.id(), List.of("a")).join().position();
    var leader = cluster.awaitLeader(SHARD);
    cluster.nodes().stream()
        .filter(node -> node != follower)
        .forEach(node -> Partitions.cutConsensus(follower.id(), node.id()));

    client.upsert(docs, "b", 1, 2);
    Position seen = shardAt(leader).get(docs.id(), List.of("b")).join().position();
    var session = shardAt(follower).get(docs.id(), List.of("b"), new Consistency.Session(seen));
    var earlier = shardAt(follower).get(docs.id(), List.of("a"), new Consistency.Session(before));

    assertThat(earlier.join().value().getFirst()).isPresent();
    assertThat(session).isNotDone();

    cluster.rejoin(follower);

    assertThat(session.join().value().getFirst()).isPresent();
    assertThat(session.join().position()).isGreaterThanOrEqualTo(seen);
  }

  /// Nothing is written that would tell it what is committed.
  @Test
  void followerThatIsBehindTellsWhoeverWouldRatherAskAnother() {
    client.upsert(docs, "a", 1, 2);
    var follower = aFollower();
    var never = new Consistency.Session(new Position(1, 1, Long.MAX_VALUE));

    var read = shardAt(follower).get(docs.id(), List.of("a"), never.within(Duration.ofMillis(1)));

    assertThatThrownBy(read::join)
        .hasCauseInstanceOf(ShardException.Unavailable.class)
        .hasMessageContaining("behind on this node");
  }

  private TestCluster.Node aFollower() {
    var leader = cluster.awaitLeader(SHARD);
    return cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
  }

  private static boolean leads(TestCluster.Node node) {
    return node.host().status().replicas().stream()
        .filter(replica -> replica.group().equals(new GroupKey.ShardGroup(SHARD)))
        .anyMatch(replica -> replica.role() == ReplicaStatus.Role.LEADER);
  }

  private static Shard shardAt(TestCluster.Node node) {
    return node.host().self().shard(SHARD);
  }

  private Optional<?> linearizable(TestCluster.Node node, String id) {
    return TestClient.retried(() -> shardAt(node).get(docs.id(), List.of(id))).value().getFirst();
  }

  private Outcome upsert(List<TestCluster.Node> nodes, String id) {
    var write =
        new ShardWrite.Upsert(
            TestClient.stamp(),
            docs.id(),
            List.of(new Point(id, Vector.of(1, 2), Payload.ofJson("{}"))));
    return TestClient.retried(
            () ->
                shardAt(nodes.stream().filter(FollowerReadTest::leads).findFirst().orElseThrow())
                    .write(write))
        .outcome();
  }
}
