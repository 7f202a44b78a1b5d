package io.quiverdb.node.api;

import io.quiverdb.api.v1.ShredStatus;
import io.quiverdb.node.routing.Erasure.NodeErasure;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.ReplicaErasure;
import io.quiverdb.raft.catalog.Shredding;
import java.util.List;

/// How far a shredding is, as the contract tells it.
final class ErasureMessages {
  /// What a user would otherwise take for erased.
  private static final List<String> NOTES =
      List.of(
          "Who kept a copy of a whole data directory and has the master key can still open it, as"
              + " can who reads raw disk blocks and has that key: rotate and destroy the master"
              + " key.",
          "A node that was removed while it was down keeps what its disk has: wipe it.");

  private ErasureMessages() {}

  static ShredStatus status(Shredding shredding, List<NodeErasure> nodes) {
    return ShredStatus.newBuilder()
        .setName(shredding.name())
        .setId(shredding.collectionId())
        .setState(shredding.complete() ? ShredStatus.State.SHREDDED : ShredStatus.State.SHREDDING)
        .addAllNodes(nodes.stream().map(ErasureMessages::node).toList())
        .addAllNotes(NOTES)
        .build();
  }

  private static ShredStatus.NodeErasure node(NodeErasure node) {
    return ShredStatus.NodeErasure.newBuilder()
        .setNodeId(node.node().toString())
        .setComplete(node.isComplete())
        .addAllReplicas(node.replicas().stream().map(ErasureMessages::replica).toList())
        .setError(node.problem().orElse(""))
        .build();
  }

  private static ShredStatus.ReplicaErasure replica(ReplicaErasure replica) {
    var message = ShredStatus.ReplicaErasure.newBuilder().addAllOutstanding(replica.outstanding());
    switch (replica.group()) {
      case CatalogGroup() -> {}
      case ShardGroup(int number) -> message.setShard(number);
    }
    return message.build();
  }
}
