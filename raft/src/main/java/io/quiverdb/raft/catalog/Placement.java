package io.quiverdb.raft.catalog;

import io.quiverdb.raft.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which nodes replicate a group, and the one change of that which is under way.
///
/// @param members those that did before the change, in the order of their coming
/// @param changedIndex catalogue index of the last change of the members; 0 if they are those that
///   the cluster was formed with
public record Placement(List<NodeId> members, long changedIndex, Optional<Move> move) {
  public Placement {
    members = List.copyOf(members);
  }

  /// @param index catalogue index of its begin
  public record Move(Optional<NodeId> added, Optional<NodeId> removed, long index) {}

  /// The members after the change.
  public List<NodeId> wanted() {
    var wanted = new ArrayList<>(members);
    move.flatMap(Move::removed).ifPresent(wanted::remove);
    move.flatMap(Move::added).ifPresent(wanted::add);
    return List.copyOf(wanted);
  }

  /// The members in the middle of the change, when one has come and none has gone yet.
  List<NodeId> withAdded() {
    var all = new ArrayList<>(members);
    move.flatMap(Move::added).ifPresent(all::add);
    return List.copyOf(all);
  }

  /// Whether it is a member, or is going to be one.
  boolean involves(NodeId node) {
    return members.contains(node) || wanted().contains(node);
  }

  Placement begin(Move begun) {
    return new Placement(members, changedIndex, Optional.of(begun));
  }

  Placement end() {
    return new Placement(wanted(), move.orElseThrow().index(), Optional.empty());
  }
}
