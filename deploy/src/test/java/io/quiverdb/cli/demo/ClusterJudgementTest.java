package io.quiverdb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.cli.cluster.CatchUp;
import io.quiverdb.cli.cluster.ReplicaVerification;
import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.ClusterStatus.Role;
import io.quiverdb.client.IndexCoverage;
import io.quiverdb.client.ReplicaCheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// What the demo makes of the nodes' answers.
class ClusterJudgementTest {
  @Test
  void victimIsTheLeaderOfThePlannedShardWithAllThatItLeads() {
    var status =
        status(
            node("a", true, replica(0, Role.LEADER, 4, 9, 9), replica(2, Role.LEADER, 5, 9, 9)),
            node("b", true, replica(0, Role.FOLLOWER, 4, 9, 9), replica(1, Role.LEADER, 2, 9, 9)));

    var victim = new LeaderKill(2, 100, 5).choose(status);

    assertThat(victim.clientAddress()).isEqualTo("a");
    assertThat(victim.shard()).isEqualTo(2);
    assertThat(victim.shardTerms()).isEqualTo(Map.of(0, 4L, 2, 5L));
  }

  @Test
  void shardWithoutLeaderFails() {
    assertThatThrownBy(() -> new LeaderKill(0, 100, 5).choose(status()))
        .isInstanceOf(LocalClusterException.class);
  }

  @Test
  void planIsTheSeedsAndLeavesMuchToWriteAfterTheKill() {
    for (long seed = 1; seed <= 100; seed++) {
      var plan = LeaderKill.plan(seed, 3, 12_000);

      assertThat(plan).isEqualTo(LeaderKill.plan(seed, 3, 12_000));
      assertThat(plan.shardIndex()).isBetween(0, 2);
      assertThat(plan.afterAcknowledged()).isBetween(1_200, 6_000);
    }
  }

  @Test
  void nodeHasCaughtUpWhenItHasAppliedWhatIsCommittedAnywhere() {
    var leader = node("a", true, replica(0, Role.LEADER, 4, 90, 90));

    assertThat(
            CatchUp.lag(status(leader, node("b", true, replica(0, Role.FOLLOWER, 4, 50, 40))), "b"))
        .isEqualTo(50);
    assertThat(
            CatchUp.lag(status(leader, node("b", true, replica(0, Role.FOLLOWER, 4, 90, 90))), "b"))
        .isZero();
    assertThat(CatchUp.lag(status(leader, node("b", false)), "b")).isEqualTo(-1);
    assertThat(CatchUp.lag(status(leader), "b")).isEqualTo(-1);
  }

  @Test
  void nodeIsVerifiedIfItsHashEqualsItsLeadersOnEveryShard() {
    var first = shard(0, hashed("a", true, "1"), hashed("b", false, "1"), hashed("c", false, "1"));
    var second = shard(1, hashed("b", true, "2"), hashed("a", false, "2"), hashed("c", false, "3"));

    var verification =
        ReplicaVerification.of(new ReplicaCheck(false, Optional.empty(), List.of(first, second)));

    assertThat(verification.nodesVerified()).containsExactlyInAnyOrder("a", "b");
    assertThat(verification.allEqual()).isFalse();
  }

  @Test
  void replicaWithoutAnswerIsNotVerifiedAndNoneIsWithoutTheLeaders() {
    var silent = new ReplicaCheck.Replica("b", false, Optional.empty(), Optional.of("timeout"));
    var silentLeader =
        new ReplicaCheck.Replica("a", true, Optional.empty(), Optional.of("timeout"));

    assertThat(
            ReplicaVerification.of(
                    new ReplicaCheck(
                        false, Optional.empty(), List.of(shard(0, hashed("a", true, "1"), silent))))
                .nodesVerified())
        .containsExactly("a");
    assertThat(
            ReplicaVerification.of(
                    new ReplicaCheck(
                        false,
                        Optional.empty(),
                        List.of(shard(0, silentLeader, hashed("b", false, "1")))))
                .nodesVerified())
        .isEmpty();
  }

  @Test
  void allEqualIsSaidOnlyWhereThereAreReplicas() {
    var shard = shard(0, hashed("a", true, "1"), hashed("b", false, "1"));

    assertThat(
            ReplicaVerification.of(new ReplicaCheck(true, Optional.empty(), List.of(shard)))
                .allEqual())
        .isTrue();
    assertThat(
            ReplicaVerification.of(new ReplicaCheck(true, Optional.empty(), List.of())).allEqual())
        .isFalse();
  }

  @Test
  void nodeWhoseCatalogueDiffersIsNotVerified() {
    var shard = shard(0, hashed("a", true, "1"), hashed("b", false, "1"));
    var catalog =
        new ReplicaCheck.Catalog(7, List.of(hashed("a", false, "2"), hashed("b", true, "3")));

    var verification =
        ReplicaVerification.of(new ReplicaCheck(false, Optional.of(catalog), List.of(shard)));

    assertThat(verification.nodesVerified()).containsExactly("b");
    assertThat(verification.allEqual()).isFalse();
  }

  private static ClusterStatus status(ClusterStatus.Node... nodes) {
    return new ClusterStatus(Optional.of("c"), List.of(nodes), false, 3, 1, List.of(), 0);
  }

  private static ClusterStatus.Node node(
      String address, boolean up, ClusterStatus.Replica... replicas) {
    return new ClusterStatus.Node(
        "id-" + address,
        address,
        "1",
        ClusterStatus.State.ACTIVE,
        up,
        up,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(replicas));
  }

  private static ClusterStatus.Replica replica(
      int shard, Role role, long term, long committed, long applied) {
    return new ClusterStatus.Replica(
        shard,
        role,
        term,
        committed,
        applied,
        OptionalLong.empty(),
        0,
        IndexCoverage.NOTHING,
        OptionalDouble.empty());
  }

  private static ReplicaCheck.Shard shard(int number, ReplicaCheck.Replica... replicas) {
    return new ReplicaCheck.Shard(number, 1, 10, List.of(replicas));
  }

  private static ReplicaCheck.Replica hashed(String node, boolean leader, String hash) {
    return new ReplicaCheck.Replica(node, leader, Optional.of(hash), Optional.empty());
  }
}
