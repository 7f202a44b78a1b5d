package io.quiverdb.node.routing;

import io.quiverdb.core.Verification;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Has every replica of every shard read the files of a collection and tell what is wrong with
/// them.
public final class FileCheck {
  private final Cluster cluster;

  public FileCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  /// @param verification empty if the replica did not answer
  /// @param problem why it did not
  public record ReplicaFiles(
      NodeId node, Optional<Verification> verification, Optional<String> problem) {
    /// Whether it answered, and nothing is wrong with its files.
    public boolean intact() {
      return verification.isPresent() && verification.get().isIntact();
    }
  }

  /// The replicas of a shard, in the order of their ids.
  public record ShardFiles(int shard, List<ReplicaFiles> replicas) {
    public ShardFiles {
      replicas = List.copyOf(replicas);
    }

    public boolean intact() {
      return replicas.stream().allMatch(ReplicaFiles::intact);
    }
  }

  /// All shards, by number.
  public List<ShardFiles> run(long collectionId, List<ShardInfo> shards, Deadline deadline) {
    return Parallel.map(shards, shard -> check(collectionId, shard, deadline));
  }

  private ShardFiles check(long collectionId, ShardInfo shard, Deadline deadline) {
    List<NodeId> members = new ArrayList<>(shard.members());
    members.sort(null);
    return new ShardFiles(
        shard.number(),
        Parallel.map(members, node -> check(collectionId, shard.number(), node, deadline)));
  }

  private ReplicaFiles check(long collectionId, int shard, NodeId node, Deadline deadline) {
    try {
      var verification =
          deadline.await("node " + node, cluster.peer(node).verify(shard, collectionId));
      return new ReplicaFiles(node, Optional.of(verification), Optional.empty());
    } catch (RoutingException | ShardException e) {
      return new ReplicaFiles(node, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }
}
