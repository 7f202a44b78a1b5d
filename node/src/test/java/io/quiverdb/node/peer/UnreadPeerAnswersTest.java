package io.quiverdb.node.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
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
import io.quiverdb.raft.ReadResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
    var unread = new Search(idle);
    unread.awaitHeaders();

    assertThat(answered(2).isOk()).isFalse();

    unread.read();
    assertThat(unread.status().isOk()).isTrue();
    assertThat(answered(120).isOk()).isTrue();
  }

  @Test
  void keepTheirRoomUntilNobodyWantsThemAnyMore() {
    var unread = new Search(idle);
    unread.awaitHeaders();

    unread.giveUp();

    Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> answered(120).isOk());
  }

  /// How a search of another node ends, with so many seconds to wait.
  private Status answered(int seconds) {
    var search = new Search(other, seconds);
    search.read();
    return search.status();
  }

  private static final class Search extends ClientCall.Listener<SearchPointsResponse> {
    private final ClientCall<SearchPointsRequest, SearchPointsResponse> call;
    private final CompletableFuture<Void> headers = new CompletableFuture<>();
    private final CompletableFuture<Status> status = new CompletableFuture<>();

    Search(ManagedChannel channel) {
      this(channel, 600);
    }

    Search(ManagedChannel channel, int seconds) {
      call =
          channel.newCall(
              PeerServiceGrpc.getSearchPointsMethod(),
              CallOptions.DEFAULT.withDeadlineAfter(seconds, TimeUnit.SECONDS));
      call.start(this, new Metadata());
      call.sendMessage(
          SearchPointsRequest.newBuilder()
              .setVector(ByteString.copyFrom(new byte[Float.BYTES]))
              .setK(HITS)
              .setWithPayload(true)
              .build());
      call.halfClose();
    }

    @Override
    public void onHeaders(Metadata metadata) {
      headers.complete(null);
    }

    @Override
    public void onClose(Status closed, Metadata trailers) {
      status.complete(closed);
    }

    void awaitHeaders() {
      headers.orTimeout(2, TimeUnit.MINUTES).join();
    }

    void read() {
      call.request(2);
    }

    void giveUp() {
      call.cancel("has had enough", null);
    }

    Status status() {
      return status.orTimeout(2, TimeUnit.MINUTES).join();
    }
  }
}
