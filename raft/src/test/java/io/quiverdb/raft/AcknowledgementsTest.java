package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
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

class AcknowledgementsTest {
  private static final long TERM = 3;

  private final RaftGroupId group = RaftGroupId.randomId();
  private final Set<TermIndexProto> held = new HashSet<>();
  private final LeaderTerms terms = new LeaderTerms();
  private OptionalLong term = OptionalLong.of(TERM);
  private Runnable afterLook = () -> {};
  private final Acknowledgements.Stream stream =
      new Acknowledgements(
              new Acknowledgements.Logs() {
                @Override
                public Optional<LeaderTerms> leaderTerms(RaftGroupId of) {
                  assertThat(of).isEqualTo(group);
                  return Optional.of(terms);
                }

                @Override
                public boolean holdsDurably(RaftGroupId of, TermIndexProto entry) {
                  assertThat(of).isEqualTo(group);
                  boolean holds = held.contains(entry);
                  afterLook.run();
                  return holds;
                }

                @Override
                public OptionalLong termBetweenVotes(RaftGroupId of) {
                  assertThat(of).isEqualTo(group);
                  return term;
                }
              })
          .stream();

  private static TermIndexProto entry(long term, long index) {
    return TermIndexProto.newBuilder().setTerm(term).setIndex(index).build();
  }

  private void hold(long first, long last) {
    LongStream.rangeClosed(first, last).forEach(index -> held.add(entry(TERM, index)));
  }

  private void ask(long call, long first, long last) {
    var request =
        AppendEntriesRequestProto.newBuilder()
            .setServerRequest(RaftRpcRequestProto.newBuilder().setCallId(call))
            .setLeaderTerm(TERM)
            .setPreviousLog(entry(TERM, first - 1));
    for (long index = first; index <= last; index++) {
      request.addEntries(LogEntryProto.newBuilder().setTerm(TERM).setIndex(index));
    }
    stream.asked(request.build());
  }

  private AppendEntriesReplyProto.Builder reply(long call, AppendResult result, long match) {
    return AppendEntriesReplyProto.newBuilder()
        .setServerReply(
            RaftRpcReplyProto.newBuilder()
                .setCallId(call)
                .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group)))
        .setTerm(TERM)
        .setResult(result)
        .setNextIndex(match + 1)
        .setMatchIndex(match);
  }

  @Test
  void whatTheLogHoldsIsAcknowledged() {
    hold(4, 7);
    ask(1, 5, 7);
    var reply = reply(1, AppendResult.SUCCESS, 7).build();

    assertThat(stream.answered(reply)).isSameAs(reply);
    assertThat(terms.kept()).isEqualTo(7);
  }

  /// Of its first message in a term, Ratis tells the term before.
  @Test
  void whatIsAcknowledgedIsKeptForTheLeaderThatAsked() {
    hold(4, 7);
    ask(1, 5, 7);

    var _ = stream.answered(reply(1, AppendResult.SUCCESS, 7).setTerm(TERM - 1).build());

    assertThat(terms.acknowledgedIn(TERM)).isEqualTo(7);
  }

  @Test
  void entriesThatAreReplacedDuringTheLookAreNotAcknowledged() {
    hold(4, 7);
    ask(1, 5, 7);
    var looks = new AtomicInteger();
    afterLook =
        () -> {
          if (looks.incrementAndGet() == 4) {
            held.remove(entry(TERM, 7));
          }
        };

    assertThatThrownBy(() -> stream.answered(reply(1, AppendResult.SUCCESS, 7).build()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("entry 7: replaced, or others are just being");
  }

  @Test
  void leaderIsToldToGoOnWithTheFirstEntryThatTheLogLacks() {
    hold(4, 5);
    ask(1, 5, 7);

    var told = stream.answered(reply(1, AppendResult.SUCCESS, 7).build());

    assertThat(told.getResult()).isEqualTo(AppendResult.INCONSISTENCY);
    assertThat(terms.kept()).isEqualTo(RaftLog.INVALID_LOG_INDEX);
    assertThat(told.getNextIndex()).isEqualTo(6);
    assertThat(told.getMatchIndex()).isEqualTo(RaftLog.INVALID_LOG_INDEX);
  }

  /// It was replaced while they were on their way.
  @Test
  void entriesBehindOneThatTheLogLacksAreNotAcknowledged() {
    hold(5, 7);
    held.add(entry(TERM - 1, 4));
    ask(1, 5, 7);

    var told = stream.answered(reply(1, AppendResult.SUCCESS, 7).build());

    assertThat(told.getResult()).isEqualTo(AppendResult.INCONSISTENCY);
    assertThat(told.getNextIndex()).isEqualTo(4);
  }

  /// It may have voted before it had them, for one that has them not.
  @Test
  void leaderOfAnEarlierTermIsToldThatItLeadsNoMore() {
    hold(4, 7);
    ask(1, 5, 7);
    term = OptionalLong.of(TERM + 1);

    var told = stream.answered(reply(1, AppendResult.SUCCESS, 7).build());

    assertThat(told.getResult()).isEqualTo(AppendResult.NOT_LEADER);
    assertThat(told.getTerm()).isEqualTo(TERM + 1);
    assertThat(told.getMatchIndex()).isEqualTo(RaftLog.INVALID_LOG_INDEX);
  }

  /// A leader that is told a term takes it for its own.
  @Test
  void nothingIsToldOfATermThatIsNotKnown() {
    hold(4, 7);
    ask(1, 5, 7);
    term = OptionalLong.empty();

    assertThatThrownBy(() -> stream.answered(reply(1, AppendResult.SUCCESS, 7).build()))
        .isInstanceOf(IllegalStateException.class);
  }

  /// Of another leader, that this one has yet to replace.
  @Test
  void entryOfAnotherTermDoesNotStandForTheOneThatWasSent() {
    held.add(entry(TERM, 6));
    held.add(entry(TERM - 1, 7));
    ask(1, 7, 7);

    assertThat(stream.answered(reply(1, AppendResult.SUCCESS, 7).build()).getResult())
        .isEqualTo(AppendResult.INCONSISTENCY);
  }

  @Test
  void answersAreHeldToTheirOwnQuestions() {
    hold(4, 7);
    ask(1, 5, 7);
    ask(2, 8, 9);

    assertThat(stream.answered(reply(2, AppendResult.SUCCESS, 9).build()).getResult())
        .isEqualTo(AppendResult.INCONSISTENCY);
    assertThat(stream.answered(reply(1, AppendResult.SUCCESS, 7).build()).getResult())
        .isEqualTo(AppendResult.SUCCESS);
  }

  @Test
  void refusalsAndHeartbeatsPass() {
    ask(1, 5, 7);
    var refusal = reply(1, AppendResult.INCONSISTENCY, RaftLog.INVALID_LOG_INDEX).build();
    var heartbeat =
        reply(2, AppendResult.SUCCESS, RaftLog.INVALID_LOG_INDEX).setIsHearbeat(true).build();

    assertThat(stream.answered(refusal)).isSameAs(refusal);
    assertThat(stream.answered(heartbeat)).isSameAs(heartbeat);
  }

  @Test
  void acknowledgementOfWhatWasNotSentIsNone() {
    var reply = reply(1, AppendResult.SUCCESS, 7).build();

    assertThatThrownBy(() -> stream.answered(reply)).isInstanceOf(IllegalStateException.class);
  }
}
