package io.quiverdb.raft;

import java.util.Set;

/// Who is a member of a group, or is just becoming or ceasing to be one, as its leader has it after
/// a majority confirmed its term.
///
/// @param coming who is going to be one as soon as it has caught up, unless it is given up: nobody
///   that the cluster may forget
/// @param index of the log entry that made them members, committed
public record GroupMembers(Set<NodeId> ids, Set<NodeId> coming, long index) {
  public GroupMembers {
    ids = Set.copyOf(ids);
    coming = Set.copyOf(coming);
  }
}
