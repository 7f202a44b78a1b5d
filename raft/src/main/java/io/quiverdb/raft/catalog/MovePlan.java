package io.quiverdb.raft.catalog;

import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.LostVotes;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.catalog.Placement.Move;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// Which replicas have to be moved until every group has as many members as it should, all on nodes
/// that are to have replicas, and, while the cluster is being rebalanced, no node has two shards'
/// replicas more than another. A node whose vote for a group was lost does not become a member of
/// that one, though the group may lack a member for that. The same for the same membership and lost
/// votes.
public final class MovePlan {
  private final Membership now;
  private final LostVotes lost;

  /// As they would be with the steps so far.
  private final Map<GroupKey, List<NodeId>> members = new HashMap<>();

  /// Replicas of shards by active node.
  private final Map<NodeId, Integer> loads = new HashMap<>();

  private final List<Step> steps = new ArrayList<>();

  /// @param added comes before `removed` goes
  public record Step(GroupKey group, Optional<NodeId> added, Optional<NodeId> removed) {}

  private MovePlan(Membership now, LostVotes lost) {
    this.now = now;
    this.lost = lost;
    now.nodes().stream().filter(ClusterNode::isActive).forEach(node -> loads.put(node.id(), 0));
    now.placements()
        .forEach(
            (group, placement) -> {
              members.put(group, new ArrayList<>(placement.wanted()));
              placement.wanted().forEach(node -> count(group, node, 1));
            });
  }

  /// What is left to do, in order. Moves that are under way count as done, and their groups wait
  /// for the end of them.
  public static List<Step> of(Membership now, LostVotes lost) {
    var plan = new MovePlan(now, lost);
    now.placements().forEach(plan::repair);
    if (now.rebalancing().isPresent()) {
      plan.balance();
    }
    return List.copyOf(plan.steps);
  }

  private void repair(GroupKey group, Placement placement) {
    int size = group instanceof CatalogGroup ? now.catalogVoters() : now.replicationFactor();
    for (var member : placement.wanted()) {
      if (!loads.containsKey(member)) {
        replace(group, member, size);
      }
    }
    while (membersOf(group).size() < size) {
      var candidate = leastLoadedWithout(group);
      if (candidate.isEmpty()) {
        return;
      }
      add(new Step(group, candidate, Optional.empty()));
    }
    while (membersOf(group).size() > size) {
      add(new Step(group, Optional.empty(), Optional.of(mostLoaded(group))));
    }
  }

  /// One that is not to have replicas. It goes when another has come, if there must be another.
  private void replace(GroupKey group, NodeId member, int size) {
    boolean isSpare = membersOf(group).size() > size;
    var candidate = isSpare ? Optional.<NodeId>empty() : leastLoadedWithout(group);
    if (isSpare || candidate.isPresent()) {
      add(new Step(group, candidate, Optional.of(member)));
    }
  }

  private void balance() {
    var step = nextRelief();
    while (step.isPresent()) {
      add(step.get());
      step = nextRelief();
    }
  }

  /// For the least loaded node that can be given one.
  private Optional<Step> nextRelief() {
    return byLoad(loads.keySet()).flatMap(node -> relief(node).stream()).findFirst();
  }

  /// Takes a replica from the most loaded node that has one to give.
  private Optional<Step> relief(NodeId least) {
    for (var from : byLoad(loads.keySet()).toList().reversed()) {
      if (load(from) - load(least) < 2) {
        return Optional.empty();
      }
      for (var group : now.placements().keySet()) {
        var has = membersOf(group);
        if (!(group instanceof CatalogGroup) && has.contains(from) && canCome(group, least)) {
          return Optional.of(new Step(group, Optional.of(least), Optional.of(from)));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<NodeId> leastLoadedWithout(GroupKey group) {
    return byLoad(loads.keySet()).filter(node -> canCome(group, node)).findFirst();
  }

  private boolean canCome(GroupKey group, NodeId node) {
    return !membersOf(group).contains(node) && !lost.isLost(group, node);
  }

  /// Before all others one that counts no more: without another, a majority might be missing.
  private NodeId mostLoaded(GroupKey group) {
    return membersOf(group).stream()
        .filter(node -> lost.isLost(group, node))
        .findFirst()
        .orElseGet(() -> byLoad(membersOf(group)).toList().getLast());
  }

  private Stream<NodeId> byLoad(Collection<NodeId> nodes) {
    return nodes.stream()
        .sorted(Comparator.comparingInt(this::load).thenComparing(Comparator.naturalOrder()));
  }

  private List<NodeId> membersOf(GroupKey group) {
    return Objects.requireNonNull(members.get(group));
  }

  /// A node that is to have no replicas counts as the most loaded.
  private int load(NodeId node) {
    return loads.getOrDefault(node, Integer.MAX_VALUE);
  }

  private void add(Step step) {
    steps.add(step);
    var changed = membersOf(step.group());
    step.removed()
        .ifPresent(
            node -> {
              changed.remove(node);
              count(step.group(), node, -1);
            });
    step.added()
        .ifPresent(
            node -> {
              changed.add(node);
              count(step.group(), node, 1);
            });
  }

  private void count(GroupKey group, NodeId node, int change) {
    if (!(group instanceof CatalogGroup)) {
      loads.computeIfPresent(node, (_, load) -> load + change);
    }
  }

  /// The moves that can be begun now: the first for each group that has none under way.
  static Map<GroupKey, Move> due(Membership now, LostVotes lost, long index) {
    Map<GroupKey, Move> due = new LinkedHashMap<>();
    for (var step : of(now, lost)) {
      if (now.placement(step.group()).move().isEmpty()) {
        due.putIfAbsent(step.group(), new Move(step.added(), step.removed(), index));
      }
    }
    return due;
  }
}
