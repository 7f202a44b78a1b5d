package io.quiverdb.node.routing;

import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ReplicaErasure;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.CatalogView;
import io.quiverdb.raft.catalog.ClusterNode;
import io.quiverdb.raft.catalog.Shredding;
import java.util.List;
import java.util.Optional;

/// Asks every node what it still has of a collection that was shredded. It is the catalogue's
/// leader that has them do something about it.
public final class Erasure {
  private final Cluster cluster;

  public Erasure(Cluster cluster) {
    this.cluster = cluster;
  }

  /// @param replicas the catalogue's first; empty if the node did not answer
  /// @param problem why it did not
  public record NodeErasure(NodeId node, List<ReplicaErasure> replicas, Optional<String> problem) {
    public NodeErasure {
      replicas = List.copyOf(replicas);
    }

    /// Whether it answered, and has nothing left.
    public boolean isComplete() {
      return problem.isEmpty() && replicas.stream().allMatch(ReplicaErasure::isComplete);
    }
  }

  /// All nodes, in the order of their ids; none if the shredding is complete.
  public List<NodeErasure> of(Shredding shredding, CatalogView view, Deadline deadline) {
    var nodes = view.membership().nodes().stream().map(ClusterNode::id).sorted().toList();
    return shredding.complete()
        ? List.of()
        : Parallel.map(nodes, node -> of(shredding.collectionId(), node, deadline));
  }

  private NodeErasure of(long collectionId, NodeId node, Deadline deadline) {
    try {
      var replicas =
          deadline.await("node " + node, cluster.peer(node).erasure(collectionId, false));
      return new NodeErasure(node, replicas, Optional.empty());
    } catch (RoutingException | ShardException e) {
      return new NodeErasure(node, List.of(), Optional.of(String.valueOf(e.getMessage())));
    }
  }
}
