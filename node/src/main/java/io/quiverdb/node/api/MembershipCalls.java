package io.quiverdb.node.api;

import io.quiverdb.api.v1.DrainNodeRequest;
import io.quiverdb.api.v1.MembershipChange;
import io.quiverdb.api.v1.MoveReplicaRequest;
import io.quiverdb.api.v1.RebalanceRequest;
import io.quiverdb.api.v1.RemoveNodeRequest;
import io.quiverdb.api.v1.ReplicaMove;
import io.quiverdb.api.v1.SetReplicationFactorRequest;
import io.quiverdb.core.RequestId;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.node.routing.ShardRouter;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.LostVotes;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.ClusterNode;
import io.quiverdb.raft.catalog.ClusterNode.State;
import io.quiverdb.raft.catalog.Membership;
import io.quiverdb.raft.catalog.MovePlan;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Answers what changes which nodes replicate what.
final class MembershipCalls {
  private final Cluster cluster;
  private final Supplier<UUID> ids;

  /// @param ids draws request ids
  MembershipCalls(Cluster cluster, Supplier<UUID> ids) {
    this.cluster = cluster;
    this.ids = ids;
  }

  MembershipChange setReplicationFactor(SetReplicationFactorRequest request, Deadline deadline) {
    return change(
        new CatalogWrite.SetReplicationFactor(requestId(), request.getReplicationFactor()),
        request.getPlanOnly(),
        deadline);
  }

  MembershipChange drain(DrainNodeRequest request, Deadline deadline) {
    var state = request.getCancel() ? State.ACTIVE : State.DRAINING;
    return change(
        new CatalogWrite.SetNodeState(requestId(), node("node_id", request.getNodeId()), state),
        request.getPlanOnly(),
        deadline);
  }

  MembershipChange remove(RemoveNodeRequest request, Deadline deadline) {
    return change(
        new CatalogWrite.SetNodeState(
            requestId(), node("node_id", request.getNodeId()), State.REMOVING),
        request.getPlanOnly(),
        deadline);
  }

  MembershipChange move(MoveReplicaRequest request, Deadline deadline) {
    return change(
        new CatalogWrite.MoveReplica(
            requestId(),
            request.getShard(),
            node("from_node_id", request.getFromNodeId()),
            node("to_node_id", request.getToNodeId())),
        request.getPlanOnly(),
        deadline);
  }

  MembershipChange rebalance(RebalanceRequest request, Deadline deadline) {
    return change(new CatalogWrite.Rebalance(requestId()), request.getPlanOnly(), deadline);
  }

  private MembershipChange change(CatalogWrite write, boolean planOnly, Deadline deadline) {
    var catalog = ShardRouter.catalogOf(cluster);
    var before = deadline.await("catalogue", catalog.barrier()).membership();
    // Refused here, the message is the same, and nothing is logged.
    var planned = before.after(write);
    var lost = lostVotes(before, deadline);
    if (write instanceof CatalogWrite.MoveReplica move) {
      requireVote(lost, move);
    }
    if (planOnly) {
      return message(planned, lost);
    }
    try {
      var _ = deadline.await("catalogue", catalog.write(write));
    } catch (DeadlineExceeded e) {
      throw new ShardException.OutcomeUnknown(
          "membership: no answer in time; it may still be changed, and may be asked for again", e);
    }
    return message(deadline.await("catalogue", catalog.barrier()).membership(), lost);
  }

  /// As far as the nodes answer. One that does not is not left out: what it has lost is found when
  /// it is up.
  private LostVotes lostVotes(Membership membership, Deadline deadline) {
    var members = membership.nodes().stream().map(ClusterNode::member).toList();
    return LostVotes.of(NodeStatuses.of(cluster, members, deadline).values());
  }

  private static void requireVote(LostVotes lost, CatalogWrite.MoveReplica move) {
    var group = new ShardGroup(move.shard());
    if (lost.isLost(group, move.to())) {
      throw new IllegalArgumentException(
          "node: %s, whose vote for %s was lost (expected: another one, or its machine under a new"
                  .formatted(move.to(), group)
              + " id)");
    }
  }

  private static MembershipChange message(Membership membership, LostVotes lost) {
    return MembershipChange.newBuilder()
        .addAllMoves(Stream.concat(underWay(membership), planned(membership, lost)).toList())
        .build();
  }

  static Stream<ReplicaMove> underWay(Membership membership) {
    return membership.placements().entrySet().stream()
        .flatMap(
            group ->
                group.getValue().move().stream()
                    .map(move -> message(group.getKey(), move.added(), move.removed())));
  }

  private static Stream<ReplicaMove> planned(Membership membership, LostVotes lost) {
    return MovePlan.of(membership, lost).stream()
        .map(step -> message(step.group(), step.added(), step.removed()));
  }

  private static ReplicaMove message(
      GroupKey group, Optional<NodeId> added, Optional<NodeId> removed) {
    var message = ReplicaMove.newBuilder();
    switch (group) {
      case CatalogGroup() -> message.setCatalogue(true);
      case ShardGroup(int number) -> message.setShard(number);
    }
    added.ifPresent(node -> message.setAddedNodeId(node.toString()));
    removed.ifPresent(node -> message.setRemovedNodeId(node.toString()));
    return message.build();
  }

  private RequestId requestId() {
    return new RequestId(ids.get());
  }

  private NodeId node(String what, String text) {
    return members().stream()
        .filter(member -> member.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: \"%s\" (expected: a node of the cluster: %s)"
                        .formatted(what, text, members())));
  }

  private List<NodeId> members() {
    return ShardRouter.catalogOf(cluster).view().members().stream()
        .map(member -> member.id())
        .toList();
  }
}
