package io.quiverdb.node.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Context;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.quiverdb.core.Position;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.node.peer.proto.ClaimMessage;
import io.quiverdb.node.peer.proto.GetClaimRequest;
import io.quiverdb.node.peer.proto.GetClaimResponse;
import io.quiverdb.node.peer.proto.PeerServiceGrpc;
import io.quiverdb.node.peer.proto.WriteShardRequest;
import io.quiverdb.node.peer.proto.WriteShardResponse;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardWrite;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class GrpcPeerTest extends PeerContract {
  private static final Map<GroupKey, ReadIndex> INDEX_OF_CATALOG =
      Map.of(new GroupKey.CatalogGroup(), new ReadIndex.At(-1));

  private static final ShardWrite WRITE =
      ShardWrite.Delete.ofIds(
          new RequestStamp(new RequestId(new UUID(1, 1)), 1, Optional.empty()), 1, List.of("a"));

  private final GrpcPeerTransport transport = new GrpcPeerTransport(Optional.empty());
  private PeerServer server;
  private volatile Optional<UUID> cluster = Optional.empty();

  @BeforeEach
  void startServer() throws IOException {
    server = start(0);
  }

  @AfterEach
  void stop() {
    transport.close();
    server.close();
  }

  private PeerServer start(int port) throws IOException {
    return PeerServer.start(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        node,
        Optional.empty(),
        () -> cluster,
        _ -> true,
        Duration.ofMillis(10));
  }

  @Override
  Peer peer() {
    return transport.at("127.0.0.1:" + server.port());
  }

  /// As of a cluster that was recovered, and of a node of before.
  @Test
  void nodeOfAnotherClusterIsNotAnswered() {
    cluster = Optional.of(new UUID(1, 1));
    transport.speakFor(() -> Optional.of(new UUID(2, 2)));

    assertThat(failureOf(peer().shard(0).write(WRITE)))
        .isInstanceOf(ShardException.Unavailable.class)
        .hasMessageContaining("of cluster " + new UUID(2, 2) + " (expected: " + new UUID(1, 1));
    assertThat(node.asked()).isEmpty();

    // Who it is may be asked by anybody.
    node.fail(new ShardException.Unavailable("asked"));
    assertThat(failureOf(peer().status())).hasMessage("asked");

    transport.speakFor(() -> Optional.of(new UUID(1, 1)));
    assertThat(failureOf(peer().shard(0).write(WRITE))).hasMessage("asked");
  }

  @Test
  void refusedConnectionMeansThatNothingWasDone() throws IOException {
    int unused;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    var absent = transport.at("127.0.0.1:" + unused);

    assertThat(failureOf(absent.shard(0).write(WRITE)))
        .isInstanceOf(ShardException.Unavailable.class)
        .hasMessage("node at 127.0.0.1:" + unused + ": UNAVAILABLE (expected: an answer)");
    assertThat(failureOf(absent.status())).isInstanceOf(ShardException.Unavailable.class);
  }

  @Test
  void unresolvableNameMeansThatNothingWasDone() {
    assertThat(failureOf(transport.at("nowhere.invalid:7071").shard(0).write(WRITE)))
        .isInstanceOf(ShardException.Unavailable.class);
  }

  @Test
  void writeWhoseConnectionBreaksIsOfUnknownOutcome() {
    node.hang();
    var write = peer().shard(0).write(WRITE);
    await().atMost(Duration.ofMinutes(2)).until(() -> !node.asked().isEmpty());

    server.close();

    assertThat(failureOf(write)).isInstanceOf(ShardException.OutcomeUnknown.class);
  }

  @Test
  void readWhoseConnectionBreaksIsUnavailable() {
    node.hang();
    var read = peer().status();
    await().atMost(Duration.ofMinutes(2)).until(() -> !node.asked().isEmpty());

    server.close();

    assertThat(failureOf(read)).isInstanceOf(ShardException.Unavailable.class);
  }

  // A channel tells of a failed attempt in several steps, and the next call may come between them.
  @RepeatedTest(200)
  void nodeThatCameBackIsReachedByTheNextCall() throws IOException {
    node.answer(INDEX_OF_CATALOG);
    var peer = peer();
    int port = server.port();
    server.close();
    assertThat(failureOf(peer.status())).isInstanceOf(ShardException.Unavailable.class);
    assertThat(failureOf(peer.status())).isInstanceOf(ShardException.Unavailable.class);

    server = start(port);

    assertThat(peer.readIndex(new GroupKey.CatalogGroup()).join()).isEqualTo(-1);
  }

  @Test
  void callGivenUpWhileItsConnectionIsMadeIsNotSent() throws IOException {
    node.answer(INDEX_OF_CATALOG);
    var peer = peer();
    int port = server.port();
    server.close();
    assertThat(failureOf(peer.status())).isInstanceOf(ShardException.Unavailable.class);

    var given = peer.status();
    given.cancel(false);
    server = start(port);
    assertThat(peer.readIndex(new GroupKey.CatalogGroup()).join()).isEqualTo(-1);

    assertThat(node.asked()).hasSize(1);
  }

  @Test
  void unexpectedFailureOfAWriteIsOfUnknownOutcomeAndShowsNothing() {
    node.fail(new IllegalStateException("/secret"));

    assertThat(failureOf(peer().shard(0).write(WRITE)))
        .isInstanceOf(ShardException.OutcomeUnknown.class)
        .hasMessageNotContaining("secret");
    assertThat(failureOf(peer().status()))
        .isInstanceOf(ShardException.Failed.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void answersThatCannotBeReadLeaveUnknownWhatAWriteDid() throws IOException {
    var nonsense =
        new PeerServiceGrpc.PeerServiceImplBase() {
          @Override
          public void writeShard(
              WriteShardRequest request, StreamObserver<WriteShardResponse> responses) {
            responses.onNext(WriteShardResponse.getDefaultInstance());
            responses.onCompleted();
          }

          @Override
          public void getClaim(
              GetClaimRequest request, StreamObserver<GetClaimResponse> responses) {
            responses.onNext(
                GetClaimResponse.newBuilder().setClaim(ClaimMessage.getDefaultInstance()).build());
            responses.onCompleted();
          }
        };
    var other =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(nonsense)
            .build()
            .start();
    try {
      var peer = transport.at("127.0.0.1:" + other.getPort());

      assertThat(failureOf(peer.shard(0).write(WRITE)))
          .isInstanceOf(ShardException.OutcomeUnknown.class)
          .hasMessageContaining("its answer cannot be read");
      assertThat(failureOf(peer.claim())).isInstanceOf(ShardException.Failed.class);
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void nodeThatDoesNotAnswerIsNotWaitedForForEver() {
    node.hang();
    try (var hasty = new GrpcPeerTransport(Optional.empty(), Duration.ofMillis(500))) {
      var peer = hasty.at("127.0.0.1:" + server.port());

      assertThat(failureOf(peer.shard(0).write(WRITE)))
          .isInstanceOf(ShardException.OutcomeUnknown.class);
      assertThat(failureOf(peer.status())).isInstanceOf(ShardException.Unavailable.class);
    }
  }

  @Test
  void callsUnderWayEndWhenTheTransportCloses() {
    node.hang();
    var write = peer().shard(0).write(WRITE);
    await().atMost(Duration.ofMinutes(2)).until(() -> !node.asked().isEmpty());

    transport.close();

    assertThat(failureOf(write)).isInstanceOf(ShardException.OutcomeUnknown.class);
  }

  @Test
  void callerThatGivesUpFreesTheCall() {
    node.hang();
    var status = peer().status();

    status.cancel(true);

    assertThat(status).isCancelled();
  }

  /// What it reads may never be there.
  @Test
  void readThatItsCallerGivesUpEndsAtTheNodeToo() {
    var held = node.hold();
    var read =
        peer()
            .shard(3)
            .get(1, List.of("a"), new Consistency.Session(new Position(1, 1, Long.MAX_VALUE)));
    await().atMost(Duration.ofMinutes(2)).until(() -> !node.asked().isEmpty());

    read.cancel(true);

    await().atMost(Duration.ofMinutes(2)).until(held::isCancelled);
  }

  /// Calls are shared: reads of many callers wait for one, which whoever of them comes by sends.
  @Test
  void callDoesNotEndWithTheIncomingCallThatItIsMadeIn() throws Exception {
    var held = node.hold();
    CompletableFuture<Long> before;
    CompletableFuture<Long> after;
    try (var incoming = Context.current().withCancellation()) {
      before = incoming.call(() -> peer().readIndex(new GroupKey.CatalogGroup()));
      await().atMost(Duration.ofMinutes(2)).until(() -> !node.asked().isEmpty());
      incoming.cancel(null);
      after = incoming.call(() -> peer().readIndex(new GroupKey.CatalogGroup()));
    }

    held.complete(Map.of(new GroupKey.CatalogGroup(), new ReadIndex.At(7)));

    assertThat(before.join()).isEqualTo(7);
    assertThat(after.join()).isEqualTo(7);
  }
}
