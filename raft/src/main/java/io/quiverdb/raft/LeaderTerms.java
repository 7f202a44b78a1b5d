package io.quiverdb.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.raftlog.RaftLog;

/// What passed between this node's replicas and the newest leader that each has heard of: up to
/// where that one said the log is committed, and which entries were acknowledged to it, so are on
/// the disk.
///
/// Raft has no leader replace what it has sent before, so entries that were acknowledged to it stay
/// while it leads; and those of them that it says are committed, stay for ever (Ongaro and
/// Ousterhout, 'In Search of an Understandable Consensus Algorithm', 5.3: leader append-only, 5.4:
/// leader completeness).
final class LeaderTerms {
  private static final long NOTHING = RaftLog.INVALID_LOG_INDEX;

  private final Map<RaftGroupId, Term> newest = new ConcurrentHashMap<>();

  /// @param commit as the leader says
  /// @param acknowledged the last entry
  private record Term(long number, long commit, long acknowledged) {
    static Term newer(Term one, Term other) {
      if (one.number != other.number) {
        return one.number > other.number ? one : other;
      }
      return new Term(
          one.number,
          Math.max(one.commit, other.commit),
          Math.max(one.acknowledged, other.acknowledged));
    }
  }

  /// A leader has sent something.
  void heard(RaftGroupId group, long term, long commit) {
    newest.merge(group, new Term(term, commit, NOTHING), Term::newer);
  }

  /// Entries up to one are about to be acknowledged.
  void acknowledged(RaftGroupId group, long term, long index) {
    newest.merge(group, new Term(term, NOTHING, index), Term::newer);
  }

  /// A replica is opened, maybe with another log.
  void forget(RaftGroupId group) {
    newest.remove(group);
  }

  /// The last entry that was acknowledged to the leader of a term; −1 if there is none.
  long acknowledged(RaftGroupId group, long term) {
    var of = newest.get(group);
    return of != null && of.number == term ? of.acknowledged : NOTHING;
  }

  /// The last entry that was acknowledged to the newest leader; −1 if there is none.
  long acknowledged(RaftGroupId group) {
    var of = newest.get(group);
    return of == null ? NOTHING : of.acknowledged;
  }

  /// The last entry that is here and is committed, as the newest leader says; −1 if there is none.
  long committed(RaftGroupId group) {
    var of = newest.get(group);
    return of == null ? NOTHING : Math.min(of.commit, of.acknowledged);
  }
}
