package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto.NotificationProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.util.ProtoUtils;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConsensusCallsTest {
  private static final Acknowledgements ALL_HELD =
      new Acknowledgements(
          new Acknowledgements.Logs() {
            @Override
            public Optional<LeaderTerms> leaderTerms(RaftGroupId of) {
              return Optional.empty();
            }

            @Override
            public boolean holdsDurably(RaftGroupId of, TermIndexProto entry) {
              return true;
            }

            @Override
            public OptionalLong termBetweenVotes(RaftGroupId of) {
              return OptionalLong.empty();
            }
          });

  private static final VainNotifications VAIN = new VainNotifications((_, _, _) -> {});

  private static final InstallSnapshotRequestProto NOTIFICATION =
      InstallSnapshotRequestProto.newBuilder()
          .setServerRequest(
              RaftRpcRequestProto.newBuilder()
                  .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(RaftGroupId.randomId())))
          .setNotification(
              NotificationProto.newBuilder()
                  .setFirstAvailableTermIndex(TermIndexProto.newBuilder().setIndex(7)))
          .setLastRaftConfigurationLogEntryProto(LogEntryProto.newBuilder().setIndex(5))
          .build();

  private final Gate gate = new Gate();
  private boolean mayTakeConfiguration = true;
  private final List<String> passed = new CopyOnWriteArrayList<>();
  private final RecordedCall<InstallSnapshotRequestProto, InstallSnapshotReplyProto> call =
      new RecordedCall<>(RaftServerProtocolServiceGrpc.getInstallSnapshotMethod());
  private final RecordedCall<RequestVoteRequestProto, RequestVoteReplyProto> voting =
      new RecordedCall<>(RaftServerProtocolServiceGrpc.getRequestVoteMethod());
  private final RaftGroupId group = RaftGroupId.randomId();
  private final LeaderCommits leaderCommits =
      new LeaderCommits(
          new LeaderCommits.Logs() {
            @Override
            public Optional<LeaderTerms> leaderTerms(RaftGroupId of) {
              return Optional.of(new LeaderTerms());
            }

            @Override
            public boolean holds(RaftGroupId of, TermIndexProto entry) {
              return false;
            }

            @Override
            public boolean wasTruncated(RaftGroupId of) {
              return false;
            }
          });

  private boolean hasItsPast = true;

  private final Candidacy candidacy =
      new Candidacy(
          new Candidacy.Groups() {
            @Override
            public boolean isMember(RaftGroupId of) {
              return true;
            }

            @Override
            public void pauseElections(RaftGroupId of, boolean pause) {
              throw new AssertionError("never paused");
            }

            @Override
            public boolean hasItsPast(RaftGroupId of) {
              return hasItsPast;
            }

            @Override
            public OptionalLong termWithoutLeader(
                RaftGroupId of, RaftPeerId candidate, TermIndexProto last) {
              return OptionalLong.empty();
            }

            @Override
            public void follow(RaftGroupId of, RaftPeerId candidate, long term) {
              throw new AssertionError("it awaits none");
            }
          });

  private final class RecordedCall<Q, A> extends ServerCall<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private final List<Status> ends = new CopyOnWriteArrayList<>();
    private volatile @Nullable Thread answering;

    RecordedCall(MethodDescriptor<Q, A> method) {
      this.method = method;
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(A message) {
      answering = Thread.currentThread();
      passed.add("answer");
    }

    @Override
    public void close(Status status, Metadata trailers) {
      ends.add(status);
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
      return method;
    }
  }

  private ServerCall.Listener<InstallSnapshotRequestProto> listener() {
    return calls()
        .interceptCall(
            call,
            new Metadata(),
            (_, _) ->
                new ServerCall.Listener<>() {
                  @Override
                  public void onMessage(InstallSnapshotRequestProto message) {
                    passed.add("message");
                  }

                  @Override
                  public void onHalfClose() {
                    passed.add("end");
                  }
                });
  }

  @Test
  void notificationReachesAReplicaThatIsOpen() {
    var listener = listener();

    listener.onMessage(NOTIFICATION);
    listener.onHalfClose();

    assertThat(passed).containsExactly("message", "end");
    assertThat(call.ends).isEmpty();
  }

  @Test
  void notificationIsRefusedOnceWhileAReplicaIsOpened() {
    boolean _ = gate.close();
    var listener = listener();

    listener.onMessage(NOTIFICATION);
    listener.onMessage(NOTIFICATION);
    listener.onHalfClose();

    assertThat(passed).isEmpty();
    assertThat(call.ends).extracting(Status::getCode).containsExactly(Status.Code.UNAVAILABLE);
  }

  @Test
  void notificationsOfAGroupAreTakenOneAfterTheOther() throws InterruptedException {
    var taken = new AtomicInteger();
    var release = new CompletableFuture<Void>();
    var calls = calls();
    var first = notify(calls, taken, release);
    Awaitility.await().until(() -> taken.get() == 1);

    var second = notify(calls, taken, release);
    Awaitility.await().until(() -> second.getState() == Thread.State.BLOCKED || taken.get() == 2);

    assertThat(taken).hasValue(1);
    release.complete(null);
    first.join();
    second.join();
    assertThat(taken).hasValue(2);
  }

  @Test
  void configurationOfANotificationIsTakenIfItMayBe() {
    assertThat(taken(NOTIFICATION)).isEqualTo(NOTIFICATION);
  }

  @Test
  void configurationOfANotificationIsLeftOutIfItMayNot() {
    mayTakeConfiguration = false;

    var taken = taken(NOTIFICATION);

    assertThat(taken.hasLastRaftConfigurationLogEntryProto()).isFalse();
    assertThat(taken.getNotification()).isEqualTo(NOTIFICATION.getNotification());
    assertThat(taken.getServerRequest()).isEqualTo(NOTIFICATION.getServerRequest());
  }

  @Test
  void leaderHearsLaterThatASnapshotIsOnItsWay() {
    var _ =
        calls()
            .interceptCall(
                call,
                new Metadata(),
                (toAnswer, _) -> {
                  toAnswer.sendMessage(
                      InstallSnapshotReplyProto.newBuilder()
                          .setResult(InstallSnapshotResult.IN_PROGRESS)
                          .build());
                  toAnswer.close(Status.OK, new Metadata());
                  return new ServerCall.Listener<>() {};
                });

    Awaitility.await().until(() -> !call.ends.isEmpty());
    assertThat(passed).containsExactly("answer");
    // At once it would have come from this thread.
    assertThat(call.answering).isNotNull().isNotSameAs(Thread.currentThread());
  }

  private ConsensusCalls calls() {
    return new ConsensusCalls(
        gate, _ -> {}, ALL_HELD, leaderCommits, candidacy, VAIN, (_, _) -> mayTakeConfiguration);
  }

  private InstallSnapshotRequestProto taken(InstallSnapshotRequestProto sent) {
    List<InstallSnapshotRequestProto> taken = new ArrayList<>();
    calls()
        .interceptCall(
            call,
            new Metadata(),
            (_, _) ->
                new ServerCall.Listener<InstallSnapshotRequestProto>() {
                  @Override
                  public void onMessage(InstallSnapshotRequestProto message) {
                    taken.add(message);
                  }
                })
        .onMessage(sent);
    return taken.getFirst();
  }

  /// A notification that is being taken until it is released.
  private Thread notify(
      ConsensusCalls calls, AtomicInteger taken, CompletableFuture<Void> release) {
    var listener =
        calls.<InstallSnapshotRequestProto, InstallSnapshotReplyProto>interceptCall(
            new RecordedCall<>(RaftServerProtocolServiceGrpc.getInstallSnapshotMethod()),
            new Metadata(),
            (_, _) ->
                new ServerCall.Listener<>() {
                  @Override
                  public void onMessage(InstallSnapshotRequestProto message) {
                    taken.incrementAndGet();
                    release.join();
                  }
                });
    return Thread.ofPlatform().start(() -> listener.onMessage(NOTIFICATION));
  }

  /// Answers a call for a vote as Ratis does.
  private void answerVote(boolean granted, ConsensusCalls.Votes votes) {
    var _ =
        new ConsensusCalls(
                gate,
                votes,
                ALL_HELD,
                leaderCommits,
                candidacy,
                VAIN,
                (_, _) -> mayTakeConfiguration)
            .interceptCall(
                voting,
                new Metadata(),
                (toAnswer, _) -> {
                  toAnswer.sendMessage(
                      RequestVoteReplyProto.newBuilder()
                          .setServerReply(
                              RaftRpcReplyProto.newBuilder()
                                  .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group))
                                  .setSuccess(granted))
                          .build());
                  toAnswer.close(Status.OK, new Metadata());
                  return new ServerCall.Listener<>() {};
                });
  }

  @Test
  void grantedVoteIsMadeDurableBeforeItIsTold() {
    answerVote(true, forced -> passed.add("forced " + forced));

    assertThat(passed).containsExactly("forced " + group, "answer");
    assertThat(voting.ends).containsExactly(Status.OK);
  }

  @Test
  void replicaThatLacksItsPastIsNotAskedForItsVote() {
    hasItsPast = false;
    var listener =
        new ConsensusCalls(
                gate,
                _ -> {},
                ALL_HELD,
                leaderCommits,
                candidacy,
                VAIN,
                (_, _) -> mayTakeConfiguration)
            .interceptCall(
                voting,
                new Metadata(),
                (_, _) ->
                    new ServerCall.Listener<RequestVoteRequestProto>() {
                      @Override
                      public void onMessage(RequestVoteRequestProto message) {
                        passed.add("question");
                      }

                      @Override
                      public void onHalfClose() {
                        passed.add("end");
                      }
                    });

    listener.onMessage(
        RequestVoteRequestProto.newBuilder()
            .setServerRequest(
                RaftRpcRequestProto.newBuilder()
                    .setRequestorId(ByteString.copyFromUtf8("candidate"))
                    .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group)))
            .build());
    listener.onHalfClose();

    assertThat(passed).isEmpty();
    assertThat(voting.ends).containsExactly(Status.UNAVAILABLE);
  }

  @Test
  void refusedVoteNeedsNoForcing() {
    answerVote(false, _ -> passed.add("forced"));

    assertThat(passed).containsExactly("answer");
  }

  @Test
  void voteThatCannotBeMadeDurableIsNotTold() {
    answerVote(
        true,
        _ -> {
          throw new UncheckedIOException(new IOException("disk"));
        });

    assertThat(passed).isEmpty();
    assertThat(voting.ends).extracting(Status::getCode).containsExactly(Status.Code.INTERNAL);
  }

  @Test
  void leaderCommitsNothingThatIsNotInTheLog() {
    var appending = new RecordedCall<>(RaftServerProtocolServiceGrpc.getAppendEntriesMethod());
    List<Long> commits = new ArrayList<>();
    var listener =
        new ConsensusCalls(
                gate,
                _ -> {},
                ALL_HELD,
                leaderCommits,
                candidacy,
                VAIN,
                (_, _) -> mayTakeConfiguration)
            .interceptCall(
                appending,
                new Metadata(),
                (_, _) ->
                    new ServerCall.Listener<AppendEntriesRequestProto>() {
                      @Override
                      public void onMessage(AppendEntriesRequestProto message) {
                        commits.add(message.getLeaderCommit());
                      }
                    });

    listener.onMessage(
        AppendEntriesRequestProto.newBuilder()
            .setServerRequest(
                RaftRpcRequestProto.newBuilder()
                    .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group)))
            .setPreviousLog(TermIndexProto.newBuilder().setTerm(2).setIndex(7))
            .setLeaderCommit(7)
            .build());

    assertThat(commits).containsExactly(RaftLog.INVALID_LOG_INDEX);
  }
}
