package io.quiverdb.raft;

import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.util.ProtoUtils;

/// Keeps leaders from committing entries that this member has yet to replace.
///
/// A leader says with every message up to where its log is committed. Ratis takes that for the log
/// here, up to the last entry of the message, and without one up to the entry that comes before, as
/// far as it was flushed (`ServerImplUtils.effectiveCommitIndex` and
/// `RaftLogBase.updateCommitIndex`, release 3.3.0). That can be entries of an earlier leader:
/// - the message's own may still wait to be appended, behind a disk that stalls, and so may the one
///   before, which Ratis looks for among those, too;
/// - they may have been taken for others that wait ([Acknowledgements]);
/// - what was flushed is told of the log as it was before they replace a part of it;
/// - with no entry before, Ratis counts one too many.
///
/// So the leader's commit index is cut to what was acknowledged to this leader, or to the entry
/// before if the log holds that and none was replaced.
final class LeaderCommits {
  private final Logs logs;

  /// The logs of this node's groups.
  interface Logs {
    /// Empty if there is no such replica.
    Optional<LeaderTerms> leaderTerms(RaftGroupId group);

    /// Whether a log, or the checkpoint that it begins behind, holds an entry.
    boolean holds(RaftGroupId group, TermIndexProto entry);

    /// Whether entries were taken back since the replica was opened.
    boolean wasTruncated(RaftGroupId group);
  }

  LeaderCommits(Logs logs) {
    this.logs = logs;
  }

  /// What a leader sends, as it may be taken.
  AppendEntriesRequestProto taken(AppendEntriesRequestProto request) {
    var group = ProtoUtils.toRaftGroupId(request.getServerRequest().getRaftGroupId());
    var terms = logs.leaderTerms(group);
    if (terms.isEmpty()) {
      return request;
    }
    terms.get().heard(request.getLeaderTerm(), request.getLeaderCommit());
    long committable =
        Math.max(before(group, request), terms.get().acknowledgedIn(request.getLeaderTerm()));
    return request.getLeaderCommit() <= committable
        ? request
        : request.toBuilder().setLeaderCommit(committable).build();
  }

  /// Whether entries were replaced is asked last: it is so before the log holds others.
  private long before(RaftGroupId group, AppendEntriesRequestProto request) {
    return request.hasPreviousLog()
            && logs.holds(group, request.getPreviousLog())
            && !logs.wasTruncated(group)
        ? request.getPreviousLog().getIndex()
        : RaftLog.INVALID_LOG_INDEX;
  }
}
