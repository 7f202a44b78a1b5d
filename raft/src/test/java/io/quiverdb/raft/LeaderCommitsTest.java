package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
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
            public Optional<LeaderTerms> leaderTerms(RaftGroupId of) {
              return Optional.of(terms);
            }

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

    terms.acknowledged(TERM, 5);
    assertThat(committed()).isEqualTo(5);

    terms.acknowledged(TERM, 9);
    assertThat(committed()).isEqualTo(7);
  }

  @Test
  void acknowledgementsOfAnotherTermDoNotCount() {
    truncated = true;

    terms.acknowledged(TERM - 1, 9);

    assertThat(committed()).isEqualTo(NOTHING);
  }

  @Test
  void acknowledgementThatComesLateTakesNothingBack() {
    truncated = true;
    terms.acknowledged(TERM, 7);

    terms.acknowledged(TERM, 6);
    terms.acknowledged(TERM - 1, 8);

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

    terms.acknowledged(TERM, 6);

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
}
