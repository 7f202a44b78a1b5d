package io.quiverdb.raft.catalog;

import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.catalog.ClusterNode.State;
import io.quiverdb.raft.catalog.Placement.Move;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which nodes the cluster has, which of them replicate the catalogue and each shard, and how that
/// is being changed: immutable. A change is an [IllegalArgumentException] if it makes no sense, and
/// then changes nothing.
///
/// The members of a group change one at a time, in two steps: a move is begun here, and ended here
/// when the group's own configuration has followed.
public final class Membership {
  /// Raft groups of more answer slowly and are no safer.
  static final int REPLICATION_FACTOR_MAX = 7;

  static final int NODES_MAX = 256;

  /// Of a change that is only thought of.
  private static final long IF_IT_WERE = Long.MAX_VALUE;

  private final SortedMap<NodeId, ClusterNode> nodes;
  private final int replicationFactor;
  private final Map<GroupKey, Placement> placements;
  private final long rebalanceIndex;
  private final SortedSet<NodeId> removed;

  Membership(
      SortedMap<NodeId, ClusterNode> nodes,
      int replicationFactor,
      Map<GroupKey, Placement> placements,
      long rebalanceIndex,
      SortedSet<NodeId> removed) {
    this.nodes = nodes;
    this.removed = removed;
    this.replicationFactor = replicationFactor;
    this.placements = placements;
    this.rebalanceIndex = rebalanceIndex;
  }

  /// As the cluster is formed: all nodes replicate the catalogue.
  public static Membership of(Claim claim) {
    var nodes = new TreeMap<NodeId, ClusterNode>();
    claim.members().forEach(one -> nodes.put(one.id(), new ClusterNode(one, State.ACTIVE)));
    var placements = new LinkedHashMap<GroupKey, Placement>();
    placements.put(new CatalogGroup(), formed(claim.members().stream().map(Member::id).toList()));
    for (var shard : ShardMap.of(claim).shards()) {
      placements.put(new ShardGroup(shard.number()), formed(shard.members()));
    }
    return new Membership(
        nodes, claim.replicationFactor(), placements, 0, Collections.emptySortedSet());
  }

  private static Placement formed(List<NodeId> members) {
    return new Placement(members, 0, Optional.empty());
  }

  /// By id.
  public Collection<ClusterNode> nodes() {
    return nodes.values();
  }

  public Optional<ClusterNode> node(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }

  /// How many nodes are to replicate each shard.
  public int replicationFactor() {
    return replicationFactor;
  }

  /// How many nodes are to replicate the catalogue: one, three or five of them.
  public int catalogVoters() {
    long active = activeNodes();
    return active >= 5 ? 5 : active >= 3 ? 3 : 1;
  }

  /// The catalogue, then the shards by number.
  public Map<GroupKey, Placement> placements() {
    return Collections.unmodifiableMap(placements);
  }

  /// @throws IllegalArgumentException if there is no such group
  public Placement placement(GroupKey group) {
    var placement = placements.get(group);
    if (placement == null) {
      throw new IllegalArgumentException(
          "group: %s (expected: catalogue, or shard 0 to %d)"
              .formatted(group, placements.size() - 2));
    }
    return placement;
  }

  /// Whether replicas are being spread over the nodes; and since which catalogue index.
  public Optional<Long> rebalancing() {
    return rebalanceIndex == 0 ? Optional.empty() : Optional.of(rebalanceIndex);
  }

  /// Those that were removed: they never come back under their ids.
  public SortedSet<NodeId> removed() {
    return Collections.unmodifiableSortedSet(removed);
  }

  private long activeNodes() {
    return nodes.values().stream().filter(ClusterNode::isActive).count();
  }

  // --- changes

  /// What would follow from a change that users may ask for.
  ///
  /// @throws IllegalArgumentException if it makes no sense now
  public Membership after(CatalogWrite write) {
    return switch (write) {
      case CatalogWrite.AddNode add -> withNode(add.member(), IF_IT_WERE);
      case CatalogWrite.SetNodeState set -> withState(set.node(), set.state());
      case CatalogWrite.SetReplicationFactor set -> withReplicationFactor(set.replicationFactor());
      case CatalogWrite.MoveReplica move -> {
        var group = new ShardGroup(move.shard());
        yield begin(
            group,
            new Move(Optional.of(move.to()), Optional.of(move.from()), IF_IT_WERE),
            placement(group).changedIndex());
      }
      case CatalogWrite.Rebalance _ -> rebalancing(IF_IT_WERE);
      case CatalogWrite.CreateCollection _,
          CatalogWrite.UpdateSettings _,
          CatalogWrite.DropCollection _,
          CatalogWrite.ShredCollection _,
          CatalogWrite.RaiseFeatureLevel _,
          CatalogWrite.CreateApiKey _,
          CatalogWrite.RevokeApiKey _ ->
          this;
    };
  }

  /// The same, with these never to come back.
  Membership withoutEver(Set<NodeId> lost) {
    var gone = new TreeSet<>(removed);
    gone.addAll(lost);
    return new Membership(nodes, replicationFactor, placements, rebalanceIndex, gone);
  }

  /// One that is known stays as it is. Its coming begins a rebalance.
  Membership withNode(Member member, long index) {
    if (removed.contains(member.id())) {
      throw new IllegalArgumentException(
          "node: %s, which was removed (expected: one with a data directory of its own)"
              .formatted(member.id()));
    }
    var known = nodes.get(member.id());
    if (known != null) {
      if (!known.member().equals(member)) {
        throw new IllegalArgumentException(
            "node %s: %s (expected: %s, as it is known; no copy of a data directory)"
                .formatted(member.id(), member.addresses(), known.member().addresses()));
      }
      return this;
    }
    for (var other : nodes.values()) {
      for (var address : addresses(member)) {
        if (addresses(other.member()).contains(address)) {
          throw new IllegalArgumentException(
              "node %s: %s is an address of node %s (expected: a new one, or that node removed)"
                  .formatted(member.id(), address, other.id()));
        }
      }
    }
    if (nodes.size() >= NODES_MAX) {
      throw new IllegalArgumentException(
          "nodes: %d (expected: at most %d)".formatted(nodes.size() + 1, NODES_MAX));
    }
    return new Membership(
        with(new ClusterNode(member, State.ACTIVE)), replicationFactor, placements, index, removed);
  }

  private static List<String> addresses(Member member) {
    return List.of(
        member.addresses().client(), member.addresses().peer(), member.addresses().raft());
  }

  Membership withState(NodeId id, State state) {
    var known = nodes.get(id);
    if (known == null) {
      throw new IllegalArgumentException("node: %s (expected: one of the cluster)".formatted(id));
    }
    if (known.state() == state) {
      return this;
    }
    if (state != State.ACTIVE) {
      long left = activeNodes() - (known.isActive() ? 1 : 0);
      if (left < replicationFactor) {
        throw new IllegalArgumentException(
            "node %s: %d other active nodes (expected: at least the replication factor, %d)"
                .formatted(id, left, replicationFactor));
      }
    }
    return new Membership(
            with(new ClusterNode(known.member(), state)),
            replicationFactor,
            placements,
            rebalanceIndex,
            removed)
        .withoutLeft();
  }

  Membership withReplicationFactor(int wanted) {
    if (wanted < 1 || wanted > Math.min(activeNodes(), REPLICATION_FACTOR_MAX)) {
      throw new IllegalArgumentException(
          "replication factor: %s (expected: 1 to %d, of %d active nodes)"
              .formatted(
                  Integer.toUnsignedString(wanted),
                  Math.min(activeNodes(), REPLICATION_FACTOR_MAX),
                  activeNodes()));
    }
    return new Membership(nodes, wanted, placements, rebalanceIndex, removed);
  }

  Membership rebalancing(long index) {
    return new Membership(nodes, replicationFactor, placements, index, removed);
  }

  Membership rebalanced(long begunIndex) {
    return begunIndex == rebalanceIndex
        ? new Membership(nodes, replicationFactor, placements, 0, removed)
        : this;
  }

  /// @param placementIndex of the members that are meant
  Membership begin(GroupKey group, Move move, long placementIndex) {
    var placement = placement(group);
    if (placement.move().isPresent()) {
      throw new IllegalArgumentException(
          group + ": its members are being changed (expected: one change at a time)");
    }
    if (placement.changedIndex() != placementIndex) {
      throw new IllegalArgumentException(
          "%s: its members were changed at %d (expected: at %d)"
              .formatted(group, placement.changedIndex(), placementIndex));
    }
    move.removed().ifPresent(removed -> requireMember(group, placement, removed));
    move.added().ifPresent(added -> requireNewMember(group, placement, added));
    var begun = placement.begin(move);
    if (begun.wanted().isEmpty() || begun.wanted().equals(placement.members())) {
      throw new IllegalArgumentException(
          "%s: members %s (expected: another list than %s, not empty)"
              .formatted(group, begun.wanted(), placement.members()));
    }
    return with(group, begun);
  }

  private static void requireMember(GroupKey group, Placement placement, NodeId removed) {
    if (!placement.members().contains(removed)) {
      throw new IllegalArgumentException(
          "node: %s (expected: a member of %s: %s)".formatted(removed, group, placement.members()));
    }
  }

  private void requireNewMember(GroupKey group, Placement placement, NodeId added) {
    if (node(added).filter(ClusterNode::isActive).isEmpty()) {
      throw new IllegalArgumentException(
          "node: %s (expected: a node of the cluster that is not drained)".formatted(added));
    }
    if (placement.members().contains(added)) {
      throw new IllegalArgumentException(
          "node: %s (expected: none of the members of %s: %s)"
              .formatted(added, group, placement.members()));
    }
  }

  /// Leaves another move alone.
  Membership end(GroupKey group, long moveIndex) {
    return isMoving(group, moveIndex) ? with(group, placement(group).end()).withoutLeft() : this;
  }

  /// As [#end], but the members stay as they were.
  Membership abandon(GroupKey group, long moveIndex) {
    return isMoving(group, moveIndex)
        ? with(group, placement(group).abandon()).withoutLeft()
        : this;
  }

  private boolean isMoving(GroupKey group, long moveIndex) {
    return placement(group).move().filter(move -> move.index() == moveIndex).isPresent();
  }

  /// Without the nodes that were to be removed and replicate nothing any more.
  private Membership withoutLeft() {
    var left = new TreeMap<>(nodes);
    var gone = new TreeSet<>(removed);
    for (var node : nodes.values()) {
      if (node.state() == State.REMOVING
          && placements.values().stream().noneMatch(one -> one.involves(node.id()))) {
        left.remove(node.id());
        gone.add(node.id());
      }
    }
    return new Membership(left, replicationFactor, placements, rebalanceIndex, gone);
  }

  private SortedMap<NodeId, ClusterNode> with(ClusterNode node) {
    var changed = new TreeMap<>(nodes);
    changed.put(node.id(), node);
    return changed;
  }

  private Membership with(GroupKey group, Placement placement) {
    var changed = new LinkedHashMap<>(placements);
    changed.put(group, placement);
    return new Membership(nodes, replicationFactor, changed, rebalanceIndex, removed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Membership that
        && nodes.equals(that.nodes)
        && replicationFactor == that.replicationFactor
        && placements.equals(that.placements)
        && rebalanceIndex == that.rebalanceIndex
        && removed.equals(that.removed);
  }

  @Override
  public int hashCode() {
    return Objects.hash(nodes, replicationFactor, placements, rebalanceIndex, removed);
  }
}
