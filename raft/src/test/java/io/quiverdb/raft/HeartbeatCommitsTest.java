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
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;

class HeartbeatCommitsTest {
  private static final long TERM = 2;

  private final RaftGroupId group = RaftGroupId.randomId();
  private boolean holdsPrevious = true;
  private boolean truncated;
  private final HeartbeatCommits commits =
      new HeartbeatCommits(
          new HeartbeatCommits.Logs() {
            @Override
            public boolean holds(RaftGroupId of, TermIndexProto entry) {
              assertThat(of).isEqualTo(group);
              return holdsPrevious;
            }

            @Override
            public boolean wasTruncated(RaftGroupId of) {
              return truncated;
            }
          });

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

    assertThat(committed()).isZero();
  }

  @Test
  void onceEntriesWereReplacedOnlyWhatWasAcknowledgedToThisLeaderIsCommitted() {
    truncated = true;
    assertThat(committed()).isZero();

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

    assertThat(committed()).isZero();
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
  void entriesAreNotLimited() {
    holdsPrevious = false;
    truncated = true;
    var sent = heartbeat().addEntries(LogEntryProto.getDefaultInstance()).build();

    assertThat(commits.taken(sent)).isSameAs(sent);
  }

  @Test
  void heartbeatThatNamesNoEntryStaysAsItIs() {
    holdsPrevious = false;
    var sent = heartbeat().clearPreviousLog().build();

    assertThat(commits.taken(sent)).isSameAs(sent);
  }
}
