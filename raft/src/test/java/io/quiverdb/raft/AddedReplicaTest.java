package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.ratis.server.DivisionInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a replica may do before it is a member.
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class AddedReplicaTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;

  /// Its vote is needed: of four members, three.
  @Test
  void leaderIsReplacedThatDiesBeforeTheNewMemberHearsThatItIsOne() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var old = cluster.awaitLeader();
      GroupCluster.propose(old, "before").join();
      var members = cluster.nodes().stream().map(node -> node.id).toList();
      var added = cluster.addNode(directory.resolve("added"));
      added.openFor(new CatalogOrder(1, 1), 1L << 48);
      Partitions.cutWhenMadeMember(added.id);

      var change =
          old.replica()
              .changeMembers(
                  List.of(members, Stream.concat(members.stream(), Stream.of(added.id)).toList()),
                  List.of(added.member()),
                  PATIENCE);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> Partitions.isCutConsensus(old.id, added.id) && othersKnow(cluster, added));
      // The three that know of it are a majority of the four.
      change.join();
      assertThat(added.replica().voters().getFirst()).doesNotContain(added.id);
      // It hears of no leader, and does not stand all the same: Ratis would close it.
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> added.replica().info().filter(DivisionInfo::isCandidate).isPresent());
      assertThat(added.replica().leader()).isEmpty();
      old.kill();

      var leader = cluster.awaitLeaderOtherThan(old);
      GroupCluster.propose(leader, "after").join();
      assertThat(leader.read("before").join()).isEqualTo(1);
      Awaitility.await().atMost(PATIENCE).until(() -> added.state().count("after") == 1);
      assertThat(added.replica().voters().getFirst()).contains(added.id);
    }
  }

  /// It was killed before it heard, and Ratis has a server refuse to vote that starts and is in no
  /// configuration that it knows, until a leader asks something of it. There is none without it.
  @Test
  void memberThatDoesNotKnowThatItIsOneVotesAfterARestartToo() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var old = cluster.awaitLeader();
      GroupCluster.propose(old, "before").join();
      var members = cluster.nodes().stream().map(node -> node.id).toList();
      var added = cluster.addNode(directory.resolve("added"));
      added.openFor(new CatalogOrder(1, 1), 1L << 48);
      Partitions.cutWhenMadeMember(added.id);
      var change =
          old.replica()
              .changeMembers(
                  List.of(members, Stream.concat(members.stream(), Stream.of(added.id)).toList()),
                  List.of(added.member()),
                  PATIENCE);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> Partitions.isCutConsensus(old.id, added.id) && othersKnow(cluster, added));
      change.join();

      added.kill();
      old.kill();
      added.start();
      assertThat(added.replica().voters().getFirst()).doesNotContain(added.id);

      var leader = cluster.awaitLeaderOtherThan(old);
      GroupCluster.propose(leader, "after").join();
      assertThat(leader.read("before").join()).isEqualTo(1);
      Awaitility.await().atMost(PATIENCE).until(() -> added.state().count("after") == 1);
      assertThat(added.replica().voters().getFirst()).contains(added.id);
    }
  }

  private static boolean othersKnow(GroupCluster cluster, GroupCluster.Node added) {
    return cluster.nodes().stream()
        .filter(node -> node != added)
        .allMatch(node -> node.replica().voters().getFirst().contains(added.id));
  }
}
