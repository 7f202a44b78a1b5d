package io.quiverdb.raft;

import io.quiverdb.core.SlotRange;
import java.util.List;

/// A shard of the cluster: which slots it owns and which nodes replicate it.
public record ShardInfo(int number, long epoch, List<SlotRange> slots, List<NodeId> members) {
  public ShardInfo {
    slots = List.copyOf(slots);
    members = List.copyOf(members);
  }
}
