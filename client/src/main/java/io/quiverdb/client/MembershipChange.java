package io.quiverdb.client;

/// A change of which nodes replicate what. Nodes are named by their ids, as [Cluster#status] tells
/// them.
public sealed interface MembershipChange {
  /// Every shard is to be on that many nodes.
  ///
  /// @param replicationFactor 1 to 7, and to the number of nodes that are not drained
  record ReplicationFactor(int replicationFactor) implements MembershipChange {}

  /// Moves all replicas of a node to others; it stays a node of the cluster and serves.
  record Drain(String nodeId) implements MembershipChange {}

  /// Lets a node that is drained have replicas again.
  record CancelDrain(String nodeId) implements MembershipChange {}

  /// Makes all replicas of a node anew on others, whether it is up or not. It is no node of the
  /// cluster then, and never comes back under its id.
  record Remove(String nodeId) implements MembershipChange {}

  /// Has another node replicate a shard in place of one that does.
  record Move(int shard, String fromNodeId, String toNodeId) implements MembershipChange {}

  /// Spreads the shards' replicas evenly over the nodes. Begins by itself when a node joins.
  record Rebalance() implements MembershipChange {}
}
