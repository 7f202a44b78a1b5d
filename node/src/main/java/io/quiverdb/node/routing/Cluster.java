package io.quiverdb.node.routing;

import io.quiverdb.raft.Claim;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.catalog.Catalog;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The cluster as one of its nodes sees it.
public interface Cluster {
  NodeId self();

  /// Empty until the cluster is formed and known here.
  Optional<Catalog> catalog();

  /// Whether there is no catalogue and none will come unless somebody asks for a cluster to be
  /// formed.
  boolean awaitsInit();

  /// Who leads a shard, as far as this node knows.
  Optional<NodeId> leader(int shard);

  /// A member, this node included.
  Peer peer(NodeId id);

  /// Whether what is stored and replicated is encrypted.
  boolean encrypts();

  /// How this node and its replicas fare.
  NodeStatus status();

  /// Makes one cluster of the nodes that this one was told of, or joins the forming that another
  /// call began. Fails with [RoutingException.AlreadyFormed] or [RoutingException.OtherCluster] if
  /// they are, or are to be, one; with a [io.quiverdb.raft.ShardException] if some do not answer.
  ///
  /// @param shards 0 for the default
  /// @param replicationFactor 0 for the default
  CompletableFuture<Claim> form(int shards, int replicationFactor);
}
