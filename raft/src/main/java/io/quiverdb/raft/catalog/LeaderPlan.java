package io.quiverdb.raft.catalog;

import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ReplicaStatus.Role;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Which shard another node should lead, while one leads more than its share and one to spare: with
/// S shards on N nodes more than ⌈S/N⌉ + 1. The one to spare is for elections and for users, who
/// may move leaders as they like; for fewer, no shard should have to change its leader, which holds
/// up its writes for a moment.
final class LeaderPlan {
  private LeaderPlan() {}

  /// @param to a member of the shard
  record Transfer(ShardGroup shard, NodeId from, NodeId to) {}

  /// The next one, if any is due and can be made. The same for the same membership and statuses.
  ///
  /// @param statuses of the nodes that answered; others neither lead nor may they
  static Optional<Transfer> next(Membership now, Collection<NodeStatus> statuses) {
    Map<ShardGroup, Led> leaders = leaders(now, statuses);
    Map<NodeId, Integer> led = new TreeMap<>();
    now.nodes().stream().filter(ClusterNode::isActive).forEach(node -> led.put(node.id(), 0));
    leaders.values().forEach(leader -> led.computeIfPresent(leader.node, (_, n) -> n + 1));
    int most = mostOf(now, led.size());
    return led.keySet().stream()
        .filter(node -> led.getOrDefault(node, 0) > most)
        .max(Comparator.comparingInt(node -> led.getOrDefault(node, 0)))
        .flatMap(node -> relief(node, leaders, led, now, statuses));
  }

  private static int mostOf(Membership now, int nodes) {
    int shards = now.placements().size() - 1;
    return nodes == 0 ? shards : Math.ceilDiv(shards, nodes) + 1;
  }

  private record Led(NodeId node, long term) {}

  /// A node that was deposed and does not know it has an older term.
  private static Map<ShardGroup, Led> leaders(Membership now, Collection<NodeStatus> statuses) {
    Map<ShardGroup, Led> leaders = new HashMap<>();
    for (var status : statuses) {
      for (var replica : status.replicas()) {
        if (replica.group() instanceof ShardGroup shard
            && replica.role() == Role.LEADER
            && now.placements().containsKey(shard)) {
          leaders.merge(
              shard,
              new Led(status.self().id(), replica.term()),
              (one, other) -> one.term >= other.term ? one : other);
        }
      }
    }
    return leaders;
  }

  private static Optional<Transfer> relief(
      NodeId from,
      Map<ShardGroup, Led> leaders,
      Map<NodeId, Integer> led,
      Membership now,
      Collection<NodeStatus> statuses) {
    int most = led.getOrDefault(from, 0);
    return leaders.entrySet().stream()
        .filter(one -> one.getValue().node.equals(from))
        .map(Map.Entry::getKey)
        .filter(shard -> now.placement(shard).move().isEmpty())
        .sorted(Comparator.comparingInt(ShardGroup::number))
        .flatMap(
            shard ->
                fit(shard, now.placement(shard).members(), from, statuses).stream()
                    .filter(to -> led.getOrDefault(to, most) < most - 1)
                    .map(to -> new Transfer(shard, from, to)))
        .min(Comparator.comparingInt(transfer -> led.getOrDefault(transfer.to, Integer.MAX_VALUE)));
  }

  /// Members that follow this very leader and have no problem.
  private static List<NodeId> fit(
      ShardGroup shard, List<NodeId> members, NodeId leader, Collection<NodeStatus> statuses) {
    return statuses.stream()
        .filter(status -> members.contains(status.self().id()))
        .filter(
            status -> status.replicas().stream().anyMatch(replica -> isFit(replica, shard, leader)))
        .map(status -> status.self().id())
        .sorted()
        .toList();
  }

  private static boolean isFit(ReplicaStatus replica, GroupKey shard, NodeId leader) {
    return replica.group().equals(shard)
        && replica.role() == Role.FOLLOWER
        && replica.leader().equals(Optional.of(leader))
        && replica.problem().isEmpty();
  }
}
