package io.quiverdb.raft;

import org.apache.ratis.server.raftlog.RaftLog;

/// What passed between an open replica and its leaders, the newest and those before: up to where
/// they said the log is committed, and which entries were acknowledged to them, so are on the disk.
///
/// Raft has no leader replace what it has sent before, so entries that were acknowledged to it stay
/// while it leads; and those of them that it says are committed, stay for ever (Ongaro and
/// Ousterhout, 'In Search of an Understandable Consensus Algorithm', 5.3: leader append-only, 5.4:
/// leader completeness).
final class LeaderTerms {
  private static final long NOTHING = RaftLog.INVALID_LOG_INDEX;

  /// Of the newest leader.
  private long term;

  private long told = NOTHING;
  private long acknowledged = NOTHING;

  /// By what earlier leaders told.
  private long committedBefore = NOTHING;

  /// A leader has sent something.
  ///
  /// @param commit up to where its log is committed
  synchronized void heard(long leaderTerm, long commit) {
    reach(leaderTerm);
    if (leaderTerm == term) {
      told = Math.max(told, commit);
    }
  }

  /// Entries up to one are about to be acknowledged.
  synchronized void acknowledged(long leaderTerm, long index) {
    reach(leaderTerm);
    if (leaderTerm == term) {
      acknowledged = Math.max(acknowledged, index);
    }
  }

  private void reach(long leaderTerm) {
    if (leaderTerm > term) {
      committedBefore = committed();
      term = leaderTerm;
      told = NOTHING;
      acknowledged = NOTHING;
    }
  }

  /// The last entry that was acknowledged to the leader of a term; −1 if there is none.
  synchronized long acknowledgedIn(long leaderTerm) {
    return leaderTerm == term ? acknowledged : NOTHING;
  }

  /// The last entry that is here and is committed, as leaders say; −1 if there is none.
  synchronized long committed() {
    return Math.max(committedBefore, Math.min(told, acknowledged));
  }

  /// The last entry that nobody may replace; −1 if there is none.
  synchronized long kept() {
    return Math.max(committedBefore, acknowledged);
  }
}
