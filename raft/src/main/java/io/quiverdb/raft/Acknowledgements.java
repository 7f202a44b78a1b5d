package io.quiverdb.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets no acknowledgement out of entries that are not in this member's log, on disk.
///
/// Ratis appends entries no second time while it is still at some that begin at the same index, and
/// answers when it is done with those (`ServerImplUtils.NavigableIndices`, release 3.3.0). A leader
/// that sends again, after a timeout or a broken stream, sends what has come since, too: that would
/// count as stored here and be nowhere. The leader could commit it by this, answer its client, and
/// lose it; and it would never send it again. So the leader is told instead where to go on.
final class Acknowledgements {
  private static final Logger log = LoggerFactory.getLogger(Acknowledgements.class);

  private final Logs logs;

  /// The logs of this node's groups.
  @FunctionalInterface
  interface Logs {
    /// Whether a log, or the checkpoint that it begins behind, holds an entry, durably.
    boolean holdsDurably(RaftGroupId group, TermIndexProto entry);
  }

  Acknowledgements(Logs logs) {
    this.logs = logs;
  }

  Stream stream() {
    return new Stream();
  }

  /// What a leader asks on one stream, and is answered there.
  final class Stream {
    private final Map<Long, Asked> asked = new ConcurrentHashMap<>();

    private record Asked(long firstIndex, TermIndexProto last) {}

    private Stream() {}

    /// Entries have come. Heartbeats acknowledge nothing.
    void asked(AppendEntriesRequestProto request) {
      int count = request.getEntriesCount();
      if (count > 0) {
        var last = request.getEntries(count - 1);
        asked.put(
            request.getServerRequest().getCallId(),
            new Asked(
                request.getEntries(0).getIndex(),
                TermIndexProto.newBuilder()
                    .setTerm(last.getTerm())
                    .setIndex(last.getIndex())
                    .build()));
      }
    }

    /// @return the answer as it may go to the leader
    AppendEntriesReplyProto answered(AppendEntriesReplyProto reply) {
      if (reply.getIsHearbeat()) {
        return reply;
      }
      var question = asked.remove(reply.getServerReply().getCallId());
      if (reply.getResult() != AppendResult.SUCCESS) {
        return reply;
      }
      if (question == null) {
        throw new IllegalStateException(
            "acknowledgement of entry %d (expected: of entries that were sent)"
                .formatted(reply.getMatchIndex()));
      }
      var group = ProtoUtils.toRaftGroupId(reply.getServerReply().getRaftGroupId());
      if (logs.holdsDurably(group, question.last)) {
        return reply;
      }
      log.info(
          "entries not acknowledged group={} first={} last={}: not in the log",
          group,
          question.firstIndex,
          question.last.getIndex());
      return reply.toBuilder()
          .setResult(AppendResult.INCONSISTENCY)
          .setNextIndex(question.firstIndex)
          .setMatchIndex(RaftLog.INVALID_LOG_INDEX)
          .build();
    }
  }
}
