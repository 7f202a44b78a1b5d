package io.quiverdb.raft;

import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.ReplicaStatus.Role;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Who leads the shards of which this node does not know it by a replica of its own, as other nodes
/// last said.
final class RemoteLeaders {
  private static final int TICKS_PER_REFRESH = 4;

  private final Function<NodeId, Peer> peers;
  private final Map<Integer, NodeId> leaders = new ConcurrentHashMap<>();
  private final AtomicInteger ticks = new AtomicInteger();

  RemoteLeaders(Function<NodeId, Peer> peers) {
    this.peers = peers;
  }

  Optional<NodeId> leader(int shard) {
    return Optional.ofNullable(leaders.get(shard));
  }

  /// To be called now and then; asks nobody if this node knows it of all shards.
  ///
  /// @param nodes of the cluster
  /// @param shards how many there are
  /// @param here those that it knows it of
  void refresh(Collection<NodeId> nodes, int shards, Set<Integer> here) {
    if (here.size() >= shards || ticks.incrementAndGet() % TICKS_PER_REFRESH != 0) {
      return;
    }
    for (NodeId node : nodes) {
      var _ = peers.apply(node).status().thenAccept(this::note);
    }
  }

  private void note(NodeStatus status) {
    for (ReplicaStatus replica : status.replicas()) {
      if (replica.role() == Role.LEADER && replica.group() instanceof ShardGroup(int number)) {
        leaders.put(number, status.self().id());
      }
    }
  }
}
