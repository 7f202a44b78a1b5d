package io.quiverdb.raft;

import io.quiverdb.core.Recall;
import io.quiverdb.core.StoreStats.IndexCoverage;
import java.util.Optional;

/// How one replica of a group fares.
///
/// @param checkpointedIndex the index that the newest durable checkpoint holds, −1 if none
/// @param points live points, 0 for the catalogue
/// @param index which rows searches find by a graph; empty for the catalogue, and where the store
///   does not answer
/// @param recall of the last searches that were compared with exact ones, if there were any
/// @param problem why it does not serve, if it does not
/// @param quarantine why it counts no more in its group, if so
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
    Optional<IndexCoverage> index,
    Optional<Recall> recall,
    Optional<String> problem,
    Optional<QuarantineCause> quarantine) {
  /// Of one that counts in its group.
  public ReplicaStatus(
      GroupKey group,
      Incarnation incarnation,
      Role role,
      long term,
      Optional<NodeId> leader,
      long committedIndex,
      long appliedIndex,
      long checkpointedIndex,
      long points,
      Optional<IndexCoverage> index,
      Optional<Recall> recall,
      Optional<String> problem) {
    this(
        group,
        incarnation,
        role,
        term,
        leader,
        committedIndex,
        appliedIndex,
        checkpointedIndex,
        points,
        index,
        recall,
        problem,
        Optional.empty());
  }

  /// Of one that is not open.
  static ReplicaStatus closed(
      GroupKey group,
      Incarnation incarnation,
      String problem,
      Optional<QuarantineCause> quarantine) {
    return new ReplicaStatus(
        group,
        incarnation,
        Role.CLOSED,
        0,
        Optional.empty(),
        -1,
        -1,
        -1,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.of(problem),
        quarantine);
  }

  public enum Role {
    LEADER,
    FOLLOWER,
    CANDIDATE,
    CLOSED
  }
}
