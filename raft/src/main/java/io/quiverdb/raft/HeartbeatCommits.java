package io.quiverdb.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.ProtoUtils;

/// Keeps heartbeats from committing entries that this member has yet to replace.
///
/// By a heartbeat, Ratis commits up to the entry that it says comes before it, and up to what was
/// flushed here (`RaftServerImpl.effectiveCommitIndex`, `RaftLogBase.updateCommitIndex`; release
/// 3.3.0). It looks for that entry among those, too, that still wait to be appended, and what was
/// flushed is told of the log as it was before they replace a part of it. Where a disk stalls just
/// then, entries of an earlier leader would be committed in their place. So the leader's commit
/// index is taken out of a heartbeat unless the log holds that entry, and once entries were
/// replaced, unless it was acknowledged to this leader.
final class HeartbeatCommits {
  private final Logs logs;
  private final Map<ByteString, Acknowledged> acknowledged = new ConcurrentHashMap<>();

  /// The last entry that was acknowledged to the leader of a term: it is on the disk.
  private record Acknowledged(long term, long index) {
    static Acknowledged newer(Acknowledged one, Acknowledged other) {
      if (one.term != other.term) {
        return one.term > other.term ? one : other;
      }
      return one.index > other.index ? one : other;
    }
  }

  /// The logs of this node's groups.
  interface Logs {
    /// Whether a log, or the checkpoint that it begins behind, holds an entry.
    boolean holds(RaftGroupId group, TermIndexProto entry);

    /// Whether entries were taken back since the replica was opened.
    boolean wasTruncated(RaftGroupId group);
  }

  HeartbeatCommits(Logs logs) {
    this.logs = logs;
  }

  /// An answer goes to a leader.
  void answered(AppendEntriesReplyProto reply) {
    if (reply.getResult() == AppendResult.SUCCESS && !reply.getIsHearbeat()) {
      acknowledged.merge(
          reply.getServerReply().getRaftGroupId().getId(),
          new Acknowledged(reply.getTerm(), reply.getMatchIndex()),
          Acknowledged::newer);
    }
  }

  /// What a leader sends, as it may be taken.
  AppendEntriesRequestProto taken(AppendEntriesRequestProto request) {
    if (request.getEntriesCount() > 0 || !request.hasPreviousLog()) {
      return request;
    }
    long commit = Math.min(request.getLeaderCommit(), committable(request));
    return commit == request.getLeaderCommit()
        ? request
        : request.toBuilder().setLeaderCommit(commit).build();
  }

  private long committable(AppendEntriesRequestProto heartbeat) {
    var id = heartbeat.getServerRequest().getRaftGroupId();
    var group = ProtoUtils.toRaftGroupId(id);
    if (!logs.holds(group, heartbeat.getPreviousLog())) {
      return 0;
    }
    if (!logs.wasTruncated(group)) {
      return Long.MAX_VALUE;
    }
    var last = acknowledged.get(id.getId());
    return last != null && last.term == heartbeat.getLeaderTerm() ? last.index : 0;
  }
}
