package io.quiverdb.raft;

import java.util.Set;

/// Who is a member of a group, or is just becoming or ceasing to be one, as its leader has it after
/// a majority confirmed its term.
///
/// @param index of the log entry that made them members, committed
public record GroupMembers(Set<NodeId> ids, long index) {
  public GroupMembers {
    ids = Set.copyOf(ids);
  }
}
