package io.quiverdb.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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

/// Lets no acknowledgement out of entries that are not in this member's log, on disk, or that come
/// after its vote for another leader.
///
/// Ratis looks whether entries may be appended when they come, and appends them when the disk is
/// done with those before; what is between the two it sees neither when it votes nor when it looks
/// what the log holds (`RaftServerImpl.appendEntriesAsync`, `ServerImplUtils.NavigableIndices`,
/// release 3.3.0). So
/// - entries that begin at the same index as some that are still on their way are taken for those,
///   and acknowledged with them. A leader that sends again, after a timeout or a broken stream,
///   sends what has come since, too: that would count as stored here and be nowhere;
/// - entries behind one that is about to be replaced are appended to what replaces it;
/// - a vote is given by the log as it is without them, and they are acknowledged to the leader of
///   before: it commits what its successor does not have.
///
/// Each time a leader could commit an entry, answer its client, and lose it. It is told instead
/// where to go on, or that it leads no more.
final class Acknowledgements {
  private static final Logger log = LoggerFactory.getLogger(Acknowledgements.class);

  private final Logs logs;

  /// The logs of this node's groups.
  interface Logs {
    /// Empty if there is no such replica.
    Optional<LeaderTerms> leaderTerms(RaftGroupId group);

    /// Whether a log, or the checkpoint that it begins behind, holds an entry, durably.
    boolean holdsDurably(RaftGroupId group, TermIndexProto entry);

    /// The term that a replica is in, when no vote is under way: one that comes later sees what the
    /// log holds now. Empty if the replica is not open.
    OptionalLong termBetweenVotes(RaftGroupId group);
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

    /// @param entries with the one before them, if there is one
    private record Asked(long leaderTerm, List<TermIndexProto> entries) {
      static Asked of(AppendEntriesRequestProto request) {
        var entries = new ArrayList<TermIndexProto>(request.getEntriesCount() + 1);
        if (request.hasPreviousLog()) {
          entries.add(request.getPreviousLog());
        }
        for (var entry : request.getEntriesList()) {
          entries.add(
              TermIndexProto.newBuilder()
                  .setTerm(entry.getTerm())
                  .setIndex(entry.getIndex())
                  .build());
        }
        return new Asked(request.getLeaderTerm(), entries);
      }
    }

    private Stream() {}

    /// Entries have come. Heartbeats acknowledge nothing.
    void asked(AppendEntriesRequestProto request) {
      if (request.getEntriesCount() > 0) {
        asked.put(request.getServerRequest().getCallId(), Asked.of(request));
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
      // Before the look, so that it is not the next one's if the replica is opened anew.
      var leaderTerms = logs.leaderTerms(group);
      var lacking = lacking(group, question);
      if (lacking.isPresent()) {
        long index = lacking.get().getIndex();
        log.info(
            "entries not acknowledged group={} to={} lacking={}",
            group,
            reply.getMatchIndex(),
            index);
        return refusal(reply, AppendResult.INCONSISTENCY).setNextIndex(index).build();
      }
      leaderTerms.ifPresent(
          terms -> terms.acknowledged(question.leaderTerm, reply.getMatchIndex()));
      // From here on nothing may replace them; what did before is seen at the last one.
      if (!logs.holdsDurably(group, question.entries.getLast())) {
        throw new IllegalStateException(
            "acknowledgement of entry %d: replaced, or others are just being (expected: kept)"
                .formatted(question.entries.getLast().getIndex()));
      }
      // After the look into the log: a vote before it did not see them.
      var term = logs.termBetweenVotes(group);
      if (term.isEmpty() || term.getAsLong() < question.leaderTerm) {
        // Closed meanwhile, or opened again.
        throw new IllegalStateException(
            "acknowledgement in term %s (expected: %d)".formatted(term, question.leaderTerm));
      }
      if (term.getAsLong() == question.leaderTerm) {
        return reply;
      }
      log.info(
          "entries not acknowledged group={} to={} leaderTerm={} term={}",
          group,
          reply.getMatchIndex(),
          question.leaderTerm,
          term.getAsLong());
      return refusal(reply, AppendResult.NOT_LEADER).setTerm(term.getAsLong()).build();
    }

    private Optional<TermIndexProto> lacking(RaftGroupId group, Asked question) {
      return question.entries.stream()
          .filter(entry -> !logs.holdsDurably(group, entry))
          .findFirst();
    }

    private static AppendEntriesReplyProto.Builder refusal(
        AppendEntriesReplyProto reply, AppendResult result) {
      return reply.toBuilder().setResult(result).setMatchIndex(RaftLog.INVALID_LOG_INDEX);
    }
  }
}
