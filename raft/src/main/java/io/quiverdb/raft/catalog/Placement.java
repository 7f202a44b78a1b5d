package io.quiverdb.raft.catalog;

import io.quiverdb.raft.NodeId;
import java.util.ArrayList;
import java.util.Collection;
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

  /// From some members to others, one at a time: those that come first.
  static List<List<NodeId>> path(Collection<NodeId> from, List<NodeId> to) {
    var path = new ArrayList<List<NodeId>>();
    var now = new ArrayList<>(from);
    path.add(List.copyOf(now));
    for (var coming : to) {
      if (!now.contains(coming)) {
        now.add(coming);
        path.add(List.copyOf(now));
      }
    }
    for (var going : List.copyOf(now)) {
      if (!to.contains(going)) {
        now.remove(going);
        path.add(List.copyOf(now));
      }
    }
    return path;
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

  /// What was based on the members before the move counts no more, all the same.
  Placement abandon() {
    return new Placement(members, move.orElseThrow().index(), Optional.empty());
  }
}
