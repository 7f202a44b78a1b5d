package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto.NotificationProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.apache.ratis.util.ProtoUtils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class GroupServerTest {
  @TempDir Path directory;

  @Test
  void proposedEntryIsAppliedByAllMembersAndAnswered() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var reply = TestClient.retried(() -> GroupCluster.propose(cluster.awaitLeader(), "a"));

      assertThat(Integer.parseInt(text(reply.answer()))).isPositive();
      assertThat(reply.place().index()).isPositive();
      for (var node : cluster.nodes()) {
        node.replica().awaitApplied(reply.place().index()).get();
        assertThat(node.state().count("a")).isPositive();
      }
    }
  }

  @Test
  void entriesSurviveARestartOfAllMembersByReplay() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      proposeAll(cluster, 0, 20);

      restartAll(cluster);

      requireAll(cluster, 20);
    }
  }

  @Test
  void replayBeginsAfterTheCheckpoint() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      proposeAll(cluster, 0, 20);
      for (var node : cluster.nodes()) {
        node.replica().awaitApplied(20).get();
        node.state().checkpoint();
      }
      proposeAll(cluster, 20, 5);

      restartAll(cluster);

      requireAll(cluster, 25);
      for (var node : cluster.nodes()) {
        assertThat(node.state().appliedIndexes())
            .allMatch(index -> index > node.state().durable().index());
        assertThat(node.state().durable().index()).isGreaterThanOrEqualTo(20);
      }
    }
  }

  @Test
  void othersElectALeaderWhenItIsKilledAndKeepWhatWasAcknowledged() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      proposeAll(cluster, 0, 10);
      var old = cluster.awaitLeader();

      old.kill();

      requireAll(cluster, 10);
      proposeAll(cluster, 10, 1);
      old.start();
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> old.state().count("name-10") >= 1);
    }
  }

  @Test
  void membersAreKnownAfterARestartBeforeTheFirstEntry() throws Exception {
    try (var cluster = new GroupCluster(directory, 3)) {
      // One at a time, so that none ever hears of another.
      for (var node : cluster.nodes()) {
        node.start();
        node.open();
        node.kill();
      }
      for (var node : cluster.nodes()) {
        node.start();
      }

      proposeAll(cluster, 0, 1);
      requireAll(cluster, 1);
    }
  }

  @Test
  void groupThatCouldNotBeOpenedIsOpenedByTheNextAttempt() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      failToOpen(node);
      assertThat(node.server.orElseThrow().unfinished()).containsOnlyKeys(GroupCluster.KEY);

      node.open();
      assertThat(node.server.orElseThrow().unfinished()).isEmpty();

      proposeAll(cluster, 0, 1);
      requireAll(cluster, 1);
    }
  }

  private static void failToOpen(GroupCluster.Node node) throws IOException {
    node.makeDirectory();
    Path lock = node.logDirectory().resolveSibling("in_use.lock");
    try (var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      assertThatThrownBy(node::open).isInstanceOf(IOException.class);
    }
  }

  @Test
  void replicaWhoseOpeningFailedIsRemovedByOrder() throws Exception {
    try (var cluster = new GroupCluster(directory, 1)) {
      var node = cluster.nodes().getFirst();
      node.start();
      failToOpen(node);
      var left = node.server.orElseThrow().unfinished().values().iterator().next();

      node.remove(new CatalogOrder(1, 1), left.id());

      assertThat(node.groupDirectory()).doesNotExist();
      assertThat(node.server.orElseThrow().unfinished()).isEmpty();
    }
  }

  /// One member, so that nothing but the entry could cost it its leadership.
  @Test
  void entryAboveTheLimitIsRefusedAndTheLeaderStays() throws Exception {
    // With time standing still, no entry is pushed along by another.
    try (var cluster = new GroupCluster(directory, 1, GroupCluster.TIMING, () -> 0).start()) {
      var replica = cluster.awaitLeader().replica();
      long term = replica.currentTerm();

      assertThatThrownBy(() -> replica.propose(ByteBuffer.allocate((2 << 20) + 1)).get())
          .cause()
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2097153 bytes (expected: at most 2097152)");
      var largest = replica.propose(ByteBuffer.allocate(2 << 20)).get();

      assertThat(largest.place().term()).isEqualTo(term);
      assertThat(replica.leads()).isTrue();
      assertThat(replica.inFlight().count()).isZero();
    }
  }

  @Test
  void followerRefusesAProposalAndNamesTheLeader() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      // Who leads may change at any moment on a busy machine.
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  cluster.nodes().stream()
                      .map(node -> GroupCluster.propose(node, "a"))
                      .flatMap(proposed -> refusedByFollower(proposed).stream())
                      .anyMatch(
                          leader -> cluster.nodes().stream().anyMatch(n -> n.id.equals(leader))));
    }
  }

  private static Optional<NodeId> refusedByFollower(CompletableFuture<?> proposed) {
    try {
      proposed.join();
      return Optional.empty();
    } catch (CompletionException e) {
      return e.getCause() instanceof ShardException.NotLeader refusal
          ? refusal.leader()
          : Optional.empty();
    }
  }

  @Test
  void entryThatCannotBeAppliedStopsTheReplicaVisibly() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      node.state().poison("bad");

      assertThatThrownBy(() -> GroupCluster.propose(node, "bad").get())
          .cause()
          .isInstanceOf(ShardException.OutcomeUnknown.class);

      assertThat(node.replica().machine().fault()).isPresent();
      assertThatThrownBy(() -> GroupCluster.propose(node, "a").get())
          .cause()
          .isInstanceOf(ShardException.Failed.class);
      assertThatThrownBy(() -> node.replica().awaitApplied(1_000).get())
          .cause()
          .isInstanceOf(ShardException.Failed.class);
    }
  }

  /// Ratis takes it though it answers that it does not follow, and its members, of which some are
  /// no more, would elect a second leader.
  @Test
  void configurationOfADeposedLeaderIsNotTakenAndAnOlderOneNeither() throws Exception {
    try (var cluster = new GroupCluster(directory, 3).start()) {
      var leader = cluster.awaitLeader();
      GroupCluster.propose(leader, "a").join();
      var node = cluster.nodes().stream().filter(one -> one != leader).findFirst().orElseThrow();
      Awaitility.await().until(() -> node.state().count("a") == 1);
      var members = node.replica().voters();
      var configuration = node.replica().division().orElseThrow().getRaftConf();
      long term = node.replica().currentTerm();

      notify(cluster, leader, node, term - 1, configuration.getLogEntryIndex() + 1_000);
      assertThat(node.replica().voters()).isEqualTo(members);
      notify(cluster, leader, node, term, configuration.getLogEntryIndex());

      assertThat(node.replica().voters()).isEqualTo(members);
    }
  }

  /// Of a snapshot, with a configuration of the sender alone; waits for the answer.
  private static void notify(
      GroupCluster cluster,
      GroupCluster.Node from,
      GroupCluster.Node to,
      long term,
      long configurationIndex)
      throws Exception {
    var peer =
        RaftPeer.newBuilder()
            .setId(from.id.toString())
            .setAddress(Loopback.host() + ":" + from.port)
            .build();
    var request =
        InstallSnapshotRequestProto.newBuilder()
            .setServerRequest(
                RaftRpcRequestProto.newBuilder()
                    .setRequestorId(ByteString.copyFromUtf8(from.id.toString()))
                    .setReplyId(ByteString.copyFromUtf8(to.id.toString()))
                    .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(cluster.groupId())))
            .setLeaderTerm(term)
            .setLastRaftConfigurationLogEntryProto(
                LogEntryProto.newBuilder()
                    .setTerm(Math.max(term, 0))
                    .setIndex(configurationIndex)
                    .setConfigurationEntry(
                        RaftConfigurationProto.newBuilder()
                            .addPeers(
                                ProtoUtils.toRaftPeerProtos(List.of(peer)).iterator().next())))
            .setNotification(
                NotificationProto.newBuilder()
                    .setFirstAvailableTermIndex(
                        TermIndexProto.newBuilder().setTerm(term).setIndex(1)))
            .build();
    var channel = NettyChannelBuilder.forAddress(Loopback.host(), to.port).usePlaintext().build();
    try {
      var answer = new CompletableFuture<InstallSnapshotReplyProto>();
      var call =
          RaftServerProtocolServiceGrpc.newStub(channel)
              .installSnapshot(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(InstallSnapshotReplyProto reply) {
                      answer.complete(reply);
                    }

                    @Override
                    public void onError(Throwable failure) {
                      answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      call.onNext(request);
      answer.get(1, TimeUnit.MINUTES);
      call.onCompleted();
    } finally {
      channel.shutdownNow();
    }
  }

  /// Anyone who reaches the port could write and delete groups otherwise.
  @Test
  void portServesConsensusOnly() throws Exception {
    try (var cluster = new GroupCluster(directory, 1).start()) {
      var node = cluster.awaitLeader();
      var peer = node.replica().division().orElseThrow().getGroup().getPeers().iterator().next();
      try (var client =
          RaftClient.newBuilder()
              .setRaftGroup(node.replica().division().orElseThrow().getGroup())
              .setProperties(new RaftProperties())
              .setRetryPolicy(RetryPolicies.noRetry())
              .build()) {

        assertThatThrownBy(() -> client.io().send(Message.valueOf("a")))
            .isInstanceOf(Exception.class)
            .hasStackTraceContaining("PERMISSION_DENIED");
        assertThatThrownBy(() -> client.getGroupManagementApi(peer.getId()).list())
            .isInstanceOf(Exception.class)
            .hasStackTraceContaining("PERMISSION_DENIED");
      }
      assertThat(node.state().count("a")).isZero();
    }
  }

  /// Distinct names, so that one whose fate is not known may be proposed again.
  static void proposeAll(GroupCluster cluster, int first, int count) {
    for (int number = first; number < first + count; number++) {
      String name = "name-" + number;
      TestClient.retried(() -> GroupCluster.propose(cluster.awaitLeader(), name));
    }
  }

  static void requireAll(GroupCluster cluster, int count) {
    for (int number = 0; number < count; number++) {
      String name = "name-" + number;
      long counted = TestClient.retried(() -> cluster.awaitLeader().read(name));
      assertThat(counted).as(name).isPositive();
    }
  }

  private static void restartAll(GroupCluster cluster) throws Exception {
    for (var node : cluster.nodes()) {
      node.kill();
    }
    for (var node : cluster.nodes()) {
      node.start();
    }
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }
}
