package io.quiverdb.client;

import java.util.Optional;
import java.util.OptionalInt;

/// A change of the nodes that replicate a shard, or the catalogue: one comes, then another goes.
///
/// @param shard empty for the catalogue
public record ReplicaMove(
    OptionalInt shard, Optional<String> addedNodeId, Optional<String> removedNodeId) {
  static ReplicaMove of(io.quiverdb.api.v1.ReplicaMove move) {
    return new ReplicaMove(
        move.hasShard() ? OptionalInt.of(move.getShard()) : OptionalInt.empty(),
        Optional.of(move.getAddedNodeId()).filter(id -> !id.isEmpty()),
        Optional.of(move.getRemovedNodeId()).filter(id -> !id.isEmpty()));
  }
}
