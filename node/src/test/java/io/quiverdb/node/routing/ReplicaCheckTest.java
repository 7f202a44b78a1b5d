package io.quiverdb.node.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import io.quiverdb.node.routing.ReplicaCheck.GroupHashes;
import io.quiverdb.node.routing.ReplicaCheck.ReplicaHash;
import io.quiverdb.node.testing.FakeCluster;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReplicaCheckTest {
  private static final long NO_ANSWER = -1;

  /// Replicas with these hashes, of the nodes 0, 1 and so on.
  private static List<Long> odd(long... hashes) {
    List<ReplicaHash> replicas = new ArrayList<>();
    for (int node = 0; node < hashes.length; node++) {
      var hash =
          hashes[node] == NO_ANSWER
              ? Optional.<StateHash>empty()
              : Optional.of(new StateHash(hashes[node], 0));
      replicas.add(new ReplicaHash(new NodeId(new UUID(0, node)), false, hash, Optional.empty()));
    }
    return new GroupHashes(new GroupKey.CatalogGroup(), Position.START, replicas)
        .odd().stream().map(node -> node.uuid().getLeastSignificantBits()).toList();
  }

  @Test
  void noneIsOddWhereAllAgree() {
    assertThat(odd(7, 7, 7)).isEmpty();
    assertThat(odd(7)).isEmpty();
  }

  @Test
  void oddIsWhoDiffersFromMost() {
    assertThat(odd(7, 8, 7)).containsExactly(1L);
    assertThat(odd(7, 8, 7, 9, 7)).containsExactly(1L, 3L);
  }

  @Test
  void allAreOddWhereNoHashIsTheCommonest() {
    assertThat(odd(7, 8)).containsExactly(0L, 1L);
    assertThat(odd(7, 8, 9)).containsExactly(0L, 1L, 2L);
  }

  @Test
  void whoDidNotAnswerIsNotOdd() {
    assertThat(odd(7, NO_ANSWER, 7)).isEmpty();
    assertThat(odd(NO_ANSWER, NO_ANSWER)).isEmpty();
    assertThat(odd(7, NO_ANSWER, 8)).containsExactly(0L, 2L);
  }

  // --- the catalogue

  private static GroupHashes checkCatalog(FakeCluster cluster) {
    return new ReplicaCheck(cluster, UUID::randomUUID)
        .check(
            new GroupKey.CatalogGroup(),
            cluster.formedCatalog().view(),
            Deadline.after(Duration.ofMinutes(1)));
  }

  @Test
  void everyGroupIsComparedTheCatalogueFirst() {
    var cluster = FakeCluster.formed(2);

    var hashes =
        new ReplicaCheck(cluster, UUID::randomUUID)
            .run(cluster.formedCatalog().view(), Deadline.after(Duration.ofMinutes(1)));

    assertThat(hashes)
        .extracting(GroupHashes::group)
        .containsExactly(
            new GroupKey.CatalogGroup(), new GroupKey.ShardGroup(0), new GroupKey.ShardGroup(1));
    assertThat(hashes).allMatch(GroupHashes::equal);
  }

  @Test
  void catalogueIsComparedWhereItsLeaderHasItCommitted() {
    var cluster = FakeCluster.formed(1);

    var hashes = checkCatalog(cluster);

    assertThat(hashes.position())
        .isEqualTo(new Position(0, 0, cluster.formedCatalog().view().index()));
    assertThat(hashes.replicas())
        .extracting(ReplicaHash::leader)
        .containsExactly(true, false, false);
    assertThat(cluster.calls()).containsExactly("0/catalogue");
  }

  @Test
  void leaderThatOnlyOthersKnowIsFound() {
    var cluster = FakeCluster.formed(1);
    cluster.leadCatalogSecretly(cluster.node(2));

    var hashes = checkCatalog(cluster);

    assertThat(hashes.equal()).isTrue();
    assertThat(hashes.replicas())
        .extracting(ReplicaHash::leader)
        .containsExactly(false, false, true);
    assertThat(cluster.calls()).containsExactly("0/catalogue", "2/catalogue");
  }

  @Test
  void replicaOfTheCatalogueThatDiffersIsOdd() {
    var cluster = FakeCluster.formed(1);
    cluster.corrupt(cluster.node(1));

    var hashes = checkCatalog(cluster);

    assertThat(hashes.equal()).isFalse();
    assertThat(hashes.odd()).containsExactly(cluster.node(1));
  }

  @Test
  void replicaThatIsDownIsNotEqualAndNotOdd() {
    var cluster = FakeCluster.formed(1);
    cluster.stop(cluster.node(1));

    var hashes = checkCatalog(cluster);

    assertThat(hashes.equal()).isFalse();
    assertThat(hashes.odd()).isEmpty();
    assertThat(hashes.replicas().get(1).problem().orElseThrow()).contains("down");
  }

  @Test
  void nothingIsComparedWhereNoLeaderAnswers() {
    var cluster = FakeCluster.formed(1);
    cluster.leadCatalog(cluster.node(2));
    cluster.stop(cluster.node(2));

    assertThatThrownBy(() -> checkCatalog(cluster))
        .isInstanceOf(ShardException.Unavailable.class)
        .hasMessageContaining("down");
    // Nobody else could be the leader: each was asked once.
    assertThat(cluster.calls()).containsExactlyInAnyOrder("0/catalogue", "1/catalogue");
  }
}
