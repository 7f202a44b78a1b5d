package io.quiverdb.raft;

import java.util.UUID;

/// One making of a replica on a node. Whatever deletes a replica names it, so that no late command
/// deletes one that was made since.
///
/// @param id drawn when the replica's directory was made
/// @param moveIndex catalogue index of the move that it was made for; 0 as the cluster was formed
public record Incarnation(UUID id, long moveIndex) {
  /// Of a replica whose note is not written yet.
  static final Incarnation NONE = new Incarnation(new UUID(0, 0), 0);
}
