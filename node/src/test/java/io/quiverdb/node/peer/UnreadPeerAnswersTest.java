package io.quiverdb.node.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Position;
import io.quiverdb.node.peer.proto.PeerServiceGrpc;
import io.quiverdb.node.peer.proto.SearchPointsRequest;
import io.quiverdb.node.peer.proto.SearchPointsResponse;
import io.quiverdb.node.routing.AnswerMemory;
import io.quiverdb.node.testing.IdleCaller;
import io.quiverdb.raft.ReadResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Answers to other nodes that are too large for the buffers on the way to one that does not read.
/// Each needs all the memory for answers, so that there is no room for another.
class UnreadPeerAnswersTest {
  private static final int HITS = 100;

  private final ScriptedPeer node = new ScriptedPeer();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private Server server;
  private ManagedChannel idle;
  private ManagedChannel other;

  @BeforeEach
  void start() throws IOException {
    var payload = Payload.ofJson("\"" + "x".repeat(60_000) + "\"");
    node.answer(
        new ReadResult<>(
            Collections.nCopies(HITS, new Hit("a", 1, 1, Optional.of(payload), Optional.empty())),
            new Position(1, 1, 1)));
    var loopback = InetAddress.getLoopbackAddress();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(loopback, 0))
            .addService(new PeerService(node, new AnswerMemory(1 << 20)))
            .executor(executor)
            .build()
            .start();
    idle = channel();
    other = channel();
  }

  private ManagedChannel channel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
        .usePlaintext()
        .maxInboundMessageSize(100 << 20)
        .build();
  }

  @AfterEach
  void stop() {
    idle.shutdownNow();
    other.shutdownNow();
    server.shutdownNow();
    executor.shutdown();
  }

  @Test
  void keepTheirRoomUntilTheyAreRead() {
    var unread = search(idle, 600);
    unread.awaitHeaders();

    assertThat(answered(2).isOk()).isFalse();

    unread.read();
    assertThat(unread.status().isOk()).isTrue();
    assertThat(answered(120).isOk()).isTrue();
  }

  @Test
  void keepTheirRoomUntilNobodyWantsThemAnyMore() {
    var unread = search(idle, 600);
    unread.awaitHeaders();

    unread.giveUp();

    Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> answered(120).isOk());
  }

  /// How a search of another node ends, with so many seconds to wait.
  private Status answered(int seconds) {
    var search = search(other, seconds);
    search.read();
    return search.status();
  }

  private static IdleCaller<SearchPointsRequest, SearchPointsResponse> search(
      ManagedChannel channel, int seconds) {
    return IdleCaller.ask(
        channel,
        PeerServiceGrpc.getSearchPointsMethod(),
        CallOptions.DEFAULT.withDeadlineAfter(seconds, TimeUnit.SECONDS),
        SearchPointsRequest.newBuilder()
            .setVector(ByteString.copyFrom(new byte[Float.BYTES]))
            .setK(HITS)
            .setWithPayload(true)
            .build());
  }
}
