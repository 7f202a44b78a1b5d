package io.quiverdb.node.routing;

import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.SegmentCounts;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Has every replica of every shard begin to merge its segments of a collection.
public final class Compaction {
  private final Cluster cluster;

  public Compaction(Cluster cluster) {
    this.cluster = cluster;
  }

  /// @param counts when it begins; empty if the replica did not answer
  /// @param problem why it did not
  public record ReplicaSegments(
      NodeId node, Optional<SegmentCounts> counts, Optional<String> problem) {}

  /// The replicas of a shard, in the order of their ids.
  public record ShardSegments(int shard, List<ReplicaSegments> replicas) {
    public ShardSegments {
      replicas = List.copyOf(replicas);
    }

    /// Whether every replica has begun.
    public boolean accepted() {
      return replicas.stream().allMatch(replica -> replica.counts().isPresent());
    }
  }

  /// All shards, by number.
  public List<ShardSegments> begin(long collectionId, List<ShardInfo> shards, Deadline deadline) {
    return Parallel.map(shards, shard -> begin(collectionId, shard, deadline));
  }

  private ShardSegments begin(long collectionId, ShardInfo shard, Deadline deadline) {
    List<NodeId> members = new ArrayList<>(shard.members());
    members.sort(null);
    return new ShardSegments(
        shard.number(),
        Parallel.map(members, node -> begin(collectionId, shard.number(), node, deadline)));
  }

  private ReplicaSegments begin(long collectionId, int shard, NodeId node, Deadline deadline) {
    try {
      var counts = deadline.await("node " + node, cluster.peer(node).compact(shard, collectionId));
      return new ReplicaSegments(node, Optional.of(counts), Optional.empty());
    } catch (RoutingException | ShardException e) {
      return new ReplicaSegments(
          node, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }
}
