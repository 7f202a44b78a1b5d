package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A leader that sends entries again, on a new stream and with those that have come since, while
/// its follower is still at the first ones: as after a timeout.
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class RepeatedAppendTest {
  private static final int ROUNDS = 50;
  private static final long TERM = 1_000;

  @TempDir Path directory;

  @Test
  void nothingIsAcknowledgedThatTheLogDoesNotHoldOnDisk() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var leader = cluster.awaitLeader();
      GroupCluster.propose(leader, "before").join();
      var follower = cluster.nodes().stream().filter(node -> node != leader).findFirst();
      cluster.nodes().stream()
          .filter(node -> node != follower.orElseThrow())
          .forEach(GroupCluster.Node::kill);
      try (var appending = new Appending(cluster, follower.orElseThrow(), leader.id)) {
        for (int round = 0; round < ROUNDS; round++) {
          appending.sendTwice();
        }
      }
    }
  }

  /// Leads in a later term.
  private static final class Appending implements AutoCloseable {
    private final GroupCluster cluster;
    private final GroupCluster.Node follower;
    private final NodeId leader;
    private final RaftLog log;
    private final ManagedChannel channel;
    private TermIndexProto last;
    private long calls;

    Appending(GroupCluster cluster, GroupCluster.Node follower, NodeId leader) throws Exception {
      this.cluster = cluster;
      this.follower = follower;
      this.leader = leader;
      this.log = follower.replica().division().orElseThrow().getRaftLog();
      this.last = log.getLastEntryTermIndex().toProto();
      this.channel =
          NettyChannelBuilder.forAddress(Loopback.host(), follower.port).usePlaintext().build();
    }

    void sendTwice() {
      long next = last.getIndex() + 1;
      long end = next + 2;
      var first = send(entries(next, next));
      var again = send(entries(next, end));

      for (var reply : List.of(first.join(), again.join())) {
        if (reply.getResult() == AppendResult.SUCCESS) {
          assertThat(log.getFlushIndex())
              .as("what is on disk, of what is acknowledged")
              .isGreaterThanOrEqualTo(reply.getMatchIndex());
        }
      }
      // What it was not believed to have is taken when it comes again.
      if (log.getNextIndex() <= end) {
        assertThat(send(entries(next, end)).join().getMatchIndex()).isEqualTo(end);
      }
      assertThat(log.getFlushIndex()).isEqualTo(end);
      last = log.getLastEntryTermIndex().toProto();
    }

    private static List<LogEntryProto> entries(long first, long last) {
      return LongStream.rangeClosed(first, last).mapToObj(Appending::entry).toList();
    }

    private static LogEntryProto entry(long index) {
      return LogEntryProto.newBuilder()
          .setTerm(TERM)
          .setIndex(index)
          .setStateMachineLogEntry(
              StateMachineLogEntryProto.newBuilder()
                  .setLogData(ByteString.copyFromUtf8("entry " + index)))
          .build();
    }

    /// On a stream of its own.
    private CompletableFuture<AppendEntriesReplyProto> send(List<LogEntryProto> entries) {
      var reply = new CompletableFuture<AppendEntriesReplyProto>();
      var requests =
          RaftServerProtocolServiceGrpc.newStub(channel)
              .appendEntries(
                  new StreamObserver<AppendEntriesReplyProto>() {
                    @Override
                    public void onNext(AppendEntriesReplyProto message) {
                      reply.complete(message);
                    }

                    @Override
                    public void onError(Throwable failure) {
                      reply.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(
          AppendEntriesRequestProto.newBuilder()
              .setServerRequest(
                  RaftRpcRequestProto.newBuilder()
                      .setRequestorId(ByteString.copyFromUtf8(leader.toString()))
                      .setReplyId(ByteString.copyFromUtf8(follower.id.toString()))
                      .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(cluster.groupId()))
                      .setCallId(calls++))
              .setLeaderTerm(TERM)
              .setPreviousLog(last)
              .addAllEntries(entries)
              .build());
      var _ = reply.thenRun(requests::onCompleted);
      return reply;
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }
}
