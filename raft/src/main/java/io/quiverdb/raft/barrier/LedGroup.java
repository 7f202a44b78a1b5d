package io.quiverdb.raft.barrier;

import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the barrier asks of this node's replica of a group. Answers are of the moment.
public interface LedGroup {
  GroupKey key();

  long currentTerm();

  /// Whether it leads and has applied the entry with which it began to: all that earlier leaders
  /// committed is then within its commit index.
  boolean leaderReady();

  /// As far as this replica knows.
  Optional<NodeId> leader();

  long committedIndex();

  /// A majority of each of these sets decides; more than one while members change.
  List<Set<NodeId>> voters();
}
