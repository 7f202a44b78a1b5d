package io.quiverdb.raft;

import java.util.List;

/// How far a replica is with the erasure of a collection that was shredded.
///
/// @param outstanding what could still open the collection, in words; empty when nothing of this
///   replica can. Of the catalogue's, which every node reports, the node's own copy counts, too
public record ReplicaErasure(GroupKey group, List<String> outstanding) {
  public ReplicaErasure {
    outstanding = List.copyOf(outstanding);
  }

  public boolean isComplete() {
    return outstanding.isEmpty();
  }
}
