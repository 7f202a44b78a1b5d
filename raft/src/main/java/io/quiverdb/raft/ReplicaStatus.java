package io.quiverdb.raft;

import java.util.Optional;

/// How one replica of a group fares.
///
/// @param checkpointedIndex the index that the newest durable checkpoint holds, −1 if none
/// @param points live points, 0 for the catalogue
/// @param problem why it does not serve, if it does not
public record ReplicaStatus(
    GroupKey group,
    Incarnation incarnation,
    Role role,
    long term,
    Optional<NodeId> leader,
    long committedIndex,
    long appliedIndex,
    long checkpointedIndex,
    long points,
    Optional<String> problem) {
  public enum Role {
    LEADER,
    FOLLOWER,
    CANDIDATE,
    CLOSED
  }
}
