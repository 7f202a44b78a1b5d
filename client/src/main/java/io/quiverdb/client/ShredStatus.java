package io.quiverdb.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How far the shredding of a collection is.
///
/// @param id of the collection that was shredded; another may have its name by now
/// @param complete whether every node has said that it has nothing left that opens it
/// @param nodes all, while it is not complete
/// @param notes what no shredding reaches
public record ShredStatus(
    String name, long id, boolean complete, List<Node> nodes, List<String> notes) {
  public ShredStatus {
    nodes = List.copyOf(nodes);
    notes = List.copyOf(notes);
  }

  /// @param complete whether it answered and has nothing left
  /// @param replicas what it has of the catalogue, then of shards
  /// @param error why it did not answer
  public record Node(
      String nodeId, boolean complete, List<Replica> replicas, Optional<String> error) {
    public Node {
      replicas = List.copyOf(replicas);
    }
  }

  /// @param shard empty for the catalogue
  /// @param outstanding what could still open the collection, in words
  public record Replica(OptionalInt shard, List<String> outstanding) {
    public Replica {
      outstanding = List.copyOf(outstanding);
    }
  }

  static ShredStatus of(io.quiverdb.api.v1.ShredStatus status) {
    return new ShredStatus(
        status.getName(),
        status.getId(),
        status.getState() == io.quiverdb.api.v1.ShredStatus.State.SHREDDED,
        status.getNodesList().stream().map(ShredStatus::node).toList(),
        status.getNotesList());
  }

  private static Node node(io.quiverdb.api.v1.ShredStatus.NodeErasure node) {
    return new Node(
        node.getNodeId(),
        node.getComplete(),
        node.getReplicasList().stream().map(ShredStatus::replica).toList(),
        Optional.of(node.getError()).filter(error -> !error.isEmpty()));
  }

  private static Replica replica(io.quiverdb.api.v1.ShredStatus.ReplicaErasure replica) {
    return new Replica(
        replica.hasShard() ? OptionalInt.of(replica.getShard()) : OptionalInt.empty(),
        replica.getOutstandingList());
  }
}
