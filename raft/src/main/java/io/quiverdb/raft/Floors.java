package io.quiverdb.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftGroupId;

/// The replicas of this node that lack what an earlier one of their group may have acknowledged
/// here, before it was removed.
///
/// The log that such a replica is sent begins long ago, when this node may have been a member, even
/// the only one. By what it knows then it could vote for another that knows no more, or make itself
/// the leader, and both are a majority of a configuration that is no more: what was committed since
/// would be lost. That its vote was kept helps only in terms it has voted in. So until its log is
/// committed here as far as the group's was when this node was no member of it, it grants no vote
/// and does not lead.
final class Floors {
  private final Map<RaftGroupId, Long> floors = new ConcurrentHashMap<>();

  /// @param floor of its note
  void note(RaftGroupId group, long floor) {
    if (floor == ReplicaNote.NO_FLOOR) {
      floors.remove(group);
    } else {
      floors.put(group, floor);
    }
  }

  void forget(RaftGroupId group) {
    floors.remove(group);
  }

  /// Whether a replica may vote and lead.
  boolean isReached(RaftGroupId group) {
    return !floors.containsKey(group);
  }

  /// Those that have come as far, and whose notes do not say so yet: nothing else lets them vote.
  ///
  /// @param committed up to which a replica's log is committed here
  Stream<RaftGroupId> toBeNoted(ToLongFunction<RaftGroupId> committed) {
    return floors.entrySet().stream()
        .filter(entry -> committed.applyAsLong(entry.getKey()) >= entry.getValue())
        .map(Map.Entry::getKey);
  }
}
