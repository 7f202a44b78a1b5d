package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;

class LeaderCommitsTest {
  private static final long TERM = 2;
  private static final long NOTHING = RaftLog.INVALID_LOG_INDEX;

  private final RaftGroupId group = RaftGroupId.randomId();
  private boolean holdsPrevious = true;
  private boolean truncated;
  private final LeaderTerms terms = new LeaderTerms();
  private final LeaderCommits commits =
      new LeaderCommits(
          new LeaderCommits.Logs() {
            @Override
            public boolean holds(RaftGroupId of, TermIndexProto entry) {
              assertThat(of).isEqualTo(group);
              return holdsPrevious;
            }

            @Override
            public boolean wasTruncated(RaftGroupId of) {
              return truncated;
            }
          },
          terms);

  private AppendEntriesRequestProto.Builder heartbeat() {
    return AppendEntriesRequestProto.newBuilder()
        .setServerRequest(
            RaftRpcRequestProto.newBuilder()
                .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group)))
        .setLeaderTerm(TERM)
        .setPreviousLog(TermIndexProto.newBuilder().setTerm(TERM).setIndex(7))
        .setLeaderCommit(7);
  }

  private void acknowledge(long term, long index, boolean isHeartbeat, AppendResult result) {
    commits.answered(
        AppendEntriesReplyProto.newBuilder()
            .setServerReply(
                RaftRpcReplyProto.newBuilder()
                    .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group)))
            .setTerm(term)
            .setMatchIndex(index)
            .setIsHearbeat(isHeartbeat)
            .setResult(result)
            .build());
  }

  private long committed() {
    return commits.taken(heartbeat().build()).getLeaderCommit();
  }

  @Test
  void heartbeatBehindAnEntryOfTheLogStaysAsItIs() {
    var sent = heartbeat().build();

    assertThat(commits.taken(sent)).isSameAs(sent);
  }

  @Test
  void heartbeatBehindAnEntryThatWaitsToBeAppendedCommitsNothing() {
    holdsPrevious = false;

    assertThat(committed()).isEqualTo(NOTHING);
  }

  @Test
  void onceEntriesWereReplacedOnlyWhatWasAcknowledgedToThisLeaderIsCommitted() {
    truncated = true;
    assertThat(committed()).isEqualTo(NOTHING);

    acknowledge(TERM, 5, false, AppendResult.SUCCESS);
    assertThat(committed()).isEqualTo(5);

    acknowledge(TERM, 9, false, AppendResult.SUCCESS);
    assertThat(committed()).isEqualTo(7);
  }

  @Test
  void acknowledgementsOfAnotherTermOrOfNothingDoNotCount() {
    truncated = true;

    acknowledge(TERM - 1, 9, false, AppendResult.SUCCESS);
    acknowledge(TERM, 9, true, AppendResult.SUCCESS);
    acknowledge(TERM, 9, false, AppendResult.INCONSISTENCY);

    assertThat(committed()).isEqualTo(NOTHING);
  }

  @Test
  void acknowledgementThatComesLateTakesNothingBack() {
    truncated = true;
    acknowledge(TERM, 7, false, AppendResult.SUCCESS);

    acknowledge(TERM, 6, false, AppendResult.SUCCESS);
    acknowledge(TERM - 1, 8, false, AppendResult.SUCCESS);

    assertThat(committed()).isEqualTo(7);
  }

  @Test
  void entriesCommitWhatTheLogHoldsBeforeThem() {
    var sent = heartbeat().setLeaderCommit(8).addEntries(LogEntryProto.getDefaultInstance());

    assertThat(commits.taken(sent.build()).getLeaderCommit()).isEqualTo(7);
  }

  @Test
  void entriesThatMayStandForOthersThatWaitCommitOnlyWhatWasAcknowledgedToThisLeader() {
    holdsPrevious = false;
    var sent = heartbeat().addEntries(LogEntryProto.getDefaultInstance()).build();
    assertThat(commits.taken(sent).getLeaderCommit()).isEqualTo(NOTHING);

    acknowledge(TERM, 6, false, AppendResult.SUCCESS);

    assertThat(commits.taken(sent).getLeaderCommit()).isEqualTo(6);
  }

  @Test
  void messageThatNamesNoEntryBeforeCommitsNothingYet() {
    var heartbeat = heartbeat().clearPreviousLog().setLeaderCommit(0);

    assertThat(commits.taken(heartbeat.build()).getLeaderCommit()).isEqualTo(NOTHING);
    assertThat(
            commits
                .taken(heartbeat.addEntries(LogEntryProto.getDefaultInstance()).build())
                .getLeaderCommit())
        .isEqualTo(NOTHING);
  }

  @Test
  void whatTheLeaderSaysIsKnownAsFarAsItWasAcknowledged() {
    holdsPrevious = false;
    commits.taken(heartbeat().build());
    assertThat(terms.committed(group)).isEqualTo(NOTHING);

    acknowledge(TERM, 6, false, AppendResult.SUCCESS);
    assertThat(terms.committed(group)).isEqualTo(6);

    acknowledge(TERM, 9, false, AppendResult.SUCCESS);
    assertThat(terms.committed(group)).isEqualTo(7);
  }

  @Test
  void whatWasAcknowledgedCountsForNoOtherLeader() {
    acknowledge(TERM - 1, 9, false, AppendResult.SUCCESS);
    assertThat(terms.acknowledged(group)).isEqualTo(9);

    commits.taken(heartbeat().build());

    assertThat(terms.acknowledged(group)).isEqualTo(NOTHING);
    assertThat(terms.committed(group)).isEqualTo(NOTHING);
  }

  @Test
  void replicaThatIsOpenedAnewHasAcknowledgedNothing() {
    acknowledge(TERM, 9, false, AppendResult.SUCCESS);

    terms.forget(group);

    assertThat(terms.acknowledged(group)).isEqualTo(NOTHING);
  }
}
