package io.quiverdb.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.Incarnation;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.QuarantineCause;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.catalog.Membership;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What the status of a cluster says of quarantined replicas that no single node can know.
final class QuarantineStatusTest {
  private static final List<Member> MEMBERS = List.of(member(1), member(2), member(3));
  private static final Membership MEMBERSHIP =
      Membership.of(new Claim(new UUID(1, 1), MEMBERS, 1, 3, 1 << 20, Optional.empty()));
  private static final Optional<QuarantineCause> ROTTEN = Optional.of(QuarantineCause.LOG);

  @Test
  void groupThatHasLostItsMajoritySaysWhatGoesOn() {
    var all = List.of(status(1, ROTTEN), status(2, ROTTEN), status(3, Optional.empty()));

    assertThat(ClusterCalls.lostMajorities(MEMBERSHIP, all.getFirst(), all))
        .containsExactly(
            "shard 0: 2 of 3 members quarantined: only quiver cluster recover or quiver salvage"
                + " goes on");
    assertThat(ClusterCalls.lostMajorities(MEMBERSHIP, all.getLast(), all)).isEmpty();
  }

  @Test
  void groupWhoseMajorityIsSoundIsNotSaidToBeLost() {
    var all = List.of(status(1, ROTTEN), status(2, Optional.empty()));

    assertThat(ClusterCalls.lostMajorities(MEMBERSHIP, all.getFirst(), all)).isEmpty();
  }

  private static NodeStatus status(int node, Optional<QuarantineCause> quarantine) {
    return new NodeStatus(
        member(node),
        "1",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(
            replica(new CatalogGroup(), Optional.empty()), replica(new ShardGroup(0), quarantine)));
  }

  private static ReplicaStatus replica(GroupKey group, Optional<QuarantineCause> quarantine) {
    return new ReplicaStatus(
        group,
        new Incarnation(new UUID(2, 2), 0),
        ReplicaStatus.Role.CLOSED,
        0,
        Optional.empty(),
        -1,
        -1,
        -1,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        quarantine);
  }

  private static Member member(int number) {
    return new Member(
        new NodeId(new UUID(0, number)),
        new NodeAddresses("c:" + number, "p:" + number, "r:" + number));
  }
}
