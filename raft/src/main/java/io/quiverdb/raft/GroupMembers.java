package io.quiverdb.raft;

import java.util.Set;

/// Who is a member of a group, or is just becoming or ceasing to be one, as its leader has it after
/// a majority confirmed its term.
///
/// @param index up to which entries were committed then; at least that of these members
public record GroupMembers(Set<NodeId> ids, long index) {
  public GroupMembers {
    ids = Set.copyOf(ids);
  }
}
