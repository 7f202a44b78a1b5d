package io.quiverdb.raft.catalog;

import com.google.protobuf.ByteString;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.catalog.Placement.Move;
import io.quiverdb.raft.catalog.proto.BeginMove;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import io.quiverdb.raft.catalog.proto.EndMove;
import io.quiverdb.raft.catalog.proto.Group;
import io.quiverdb.raft.catalog.proto.Node;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Turns what the catalogue holds of nodes and replicas into messages and back. What makes no sense
/// is an [IllegalArgumentException].
final class MembershipMessages {
  private MembershipMessages() {}

  /// @param index of the operation, with its epoch
  /// @throws IllegalArgumentException if the operation makes no sense now; nothing is changed then
  static Membership apply(Membership before, CatalogOp op, long index) {
    return switch (op.getKindCase()) {
      case ADD_NODE ->
          before.withNode(CatalogMessages.fromMessage(op.getAddNode().getMember()), index);
      case SET_NODE_STATE ->
          before.withState(
              node(op.getSetNodeState().getNodeId()), fromMessage(op.getSetNodeState().getState()));
      case SET_REPLICATION_FACTOR ->
          before.withReplicationFactor(op.getSetReplicationFactor().getReplicationFactor());
      case BEGIN_MOVE -> begin(before, op.getBeginMove(), index);
      case END_MOVE -> end(before, op.getEndMove());
      case BEGIN_REBALANCE -> before.rebalancing(index);
      case END_REBALANCE -> before.rebalanced(op.getEndRebalance().getRebalanceIndex());
      case FORM_CLUSTER,
          RECOVER_CLUSTER,
          BEGIN_CREATE_COLLECTION,
          BEGIN_DROP_COLLECTION,
          BEGIN_SHRED_COLLECTION,
          END_SHRED,
          FINISH_COLLECTION,
          BEGIN_UPDATE_SETTINGS,
          CREATE_API_KEY,
          REVOKE_API_KEY,
          RAISE_FEATURE_LEVEL,
          KIND_NOT_SET ->
          throw new AssertionError(op.getKindCase());
    };
  }

  private static Membership begin(Membership before, BeginMove op, long index) {
    var move = new Move(optionalNode(op.getAdded()), optionalNode(op.getRemoved()), index);
    return before.begin(fromMessage(op.getGroup()), move, op.getPlacementIndex());
  }

  private static Membership end(Membership before, EndMove op) {
    var group = fromMessage(op.getGroup());
    return op.getAbandoned()
        ? before.abandon(group, op.getMoveIndex())
        : before.end(group, op.getMoveIndex());
  }

  static io.quiverdb.raft.catalog.proto.Membership toMessage(Membership membership) {
    var message =
        io.quiverdb.raft.catalog.proto.Membership.newBuilder()
            .setReplicationFactor(membership.replicationFactor())
            .setRebalanceIndex(membership.rebalancing().orElse(0L));
    for (var node : membership.nodes()) {
      message.addNodes(
          Node.newBuilder()
              .setMember(CatalogMessages.toMessage(node.member()))
              .setState(toMessage(node.state())));
    }
    membership.removed().forEach(id -> message.addRemovedIds(CatalogMessages.toBytes(id.uuid())));
    membership
        .placements()
        .forEach((group, placement) -> message.addPlacements(toMessage(group, placement)));
    return message.build();
  }

  static Membership fromMessage(io.quiverdb.raft.catalog.proto.Membership message) {
    var nodes = new TreeMap<NodeId, ClusterNode>();
    for (var node : message.getNodesList()) {
      var member = CatalogMessages.fromMessage(node.getMember());
      nodes.put(member.id(), new ClusterNode(member, fromMessage(node.getState())));
    }
    Map<GroupKey, Placement> placements = new LinkedHashMap<>();
    message
        .getPlacementsList()
        .forEach(
            placement -> placements.put(fromMessage(placement.getGroup()), fromMessage(placement)));
    return new Membership(
        nodes,
        message.getReplicationFactor(),
        placements,
        message.getRebalanceIndex(),
        message.getRemovedIdsList().stream()
            .map(MembershipMessages::node)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  private static io.quiverdb.raft.catalog.proto.Placement toMessage(
      GroupKey group, Placement placement) {
    var message =
        io.quiverdb.raft.catalog.proto.Placement.newBuilder()
            .setGroup(toMessage(group))
            .setChangedIndex(placement.changedIndex());
    placement
        .members()
        .forEach(member -> message.addMemberIds(CatalogMessages.toBytes(member.uuid())));
    placement
        .move()
        .ifPresent(
            move ->
                message.setMove(
                    io.quiverdb.raft.catalog.proto.Placement.Move.newBuilder()
                        .setAdded(toBytes(move.added()))
                        .setRemoved(toBytes(move.removed()))
                        .setIndex(move.index())));
    return message.build();
  }

  private static Placement fromMessage(io.quiverdb.raft.catalog.proto.Placement message) {
    return new Placement(
        message.getMemberIdsList().stream().map(MembershipMessages::node).toList(),
        message.getChangedIndex(),
        message.hasMove()
            ? Optional.of(
                new Move(
                    optionalNode(message.getMove().getAdded()),
                    optionalNode(message.getMove().getRemoved()),
                    message.getMove().getIndex()))
            : Optional.empty());
  }

  static Group toMessage(GroupKey group) {
    return switch (group) {
      case CatalogGroup() ->
          Group.newBuilder().setCatalog(Group.Catalog.getDefaultInstance()).build();
      case ShardGroup(int number) -> Group.newBuilder().setShard(number).build();
    };
  }

  static GroupKey fromMessage(Group message) {
    return switch (message.getKindCase()) {
      case CATALOG -> new CatalogGroup();
      case SHARD -> new ShardGroup(message.getShard());
      case KIND_NOT_SET ->
          throw new IllegalArgumentException("group: none (expected: catalogue or a shard)");
    };
  }

  static Node.State toMessage(ClusterNode.State state) {
    return switch (state) {
      case ACTIVE -> Node.State.ACTIVE;
      case DRAINING -> Node.State.DRAINING;
      case REMOVING -> Node.State.REMOVING;
    };
  }

  private static ClusterNode.State fromMessage(Node.State state) {
    return switch (state) {
      case ACTIVE -> ClusterNode.State.ACTIVE;
      case DRAINING -> ClusterNode.State.DRAINING;
      case REMOVING -> ClusterNode.State.REMOVING;
      case STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("node state: not known (expected: 1 to 3)");
    };
  }

  /// Empty for none.
  static ByteString toBytes(Optional<NodeId> node) {
    return node.map(id -> CatalogMessages.toBytes(id.uuid())).orElse(ByteString.EMPTY);
  }

  private static Optional<NodeId> optionalNode(ByteString bytes) {
    return bytes.isEmpty() ? Optional.empty() : Optional.of(node(bytes));
  }

  private static NodeId node(ByteString bytes) {
    return new NodeId(CatalogMessages.toUuid(bytes));
  }
}
