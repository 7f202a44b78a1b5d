package io.quiverdb.raft;

import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.ReplicaStatus.Role;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Who leads the shards that this node has no replica of, as other nodes last said.
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

  /// To be called now and then; asks nobody if this node has replicas of all shards.
  void refresh(Optional<Claim> claim, Set<Integer> here) {
    if (claim.isEmpty()
        || here.size() >= claim.get().shards()
        || ticks.incrementAndGet() % TICKS_PER_REFRESH != 0) {
      return;
    }
    for (Member member : claim.get().members()) {
      var _ = peers.apply(member.id()).status().thenAccept(this::note);
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
