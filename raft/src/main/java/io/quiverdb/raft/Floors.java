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
/// committed here up to a configuration that was committed without this node, it grants no vote and
/// does not lead.
///
/// That is enough. For what came before that configuration the earlier replica may have been
/// counted, for what came behind it was not; and a candidate whose log goes as far as one that
/// holds a committed entry holds it too (Ongaro and Ousterhout, 'In Search of an Understandable
/// Consensus Algorithm', 5.4). And it is soon: Ratis makes nobody a member before its log goes as
/// far as the present configuration (`LeaderStateImpl.checkProgress`, release 3.3.0), so a member
/// votes.
final class Floors {
  private final Map<RaftGroupId, Long> floors = new ConcurrentHashMap<>();
  private final ToLongFunction<RaftGroupId> committed;

  /// @param committed up to which a replica's log is committed here
  Floors(ToLongFunction<RaftGroupId> committed) {
    this.committed = committed;
  }

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
    Long floor = floors.get(group);
    return floor == null || committed.applyAsLong(group) >= floor;
  }

  /// Those that have come as far, and whose notes do not say so yet.
  Stream<RaftGroupId> toBeNoted() {
    return floors.keySet().stream().filter(this::isReached);
  }
}
