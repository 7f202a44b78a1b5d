package io.quiverdb.node.peer;

import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.PeerTls;
import io.quiverdb.raft.PeerTransport;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Reaches other nodes over gRPC, by one connection each.
///
/// Calls under way on a connection that breaks fail at once. The next call connects again, with the
/// address resolved anew, and fails if that does; calls at the same time share the attempt.
public final class GrpcPeerTransport implements PeerTransport {
  private static final int CONNECT_MILLIS = 2_000;

  // A node that is cut off is noticed within the two together.
  private static final long PING_SECONDS = 5;
  private static final long PING_ANSWER_SECONDS = 3;

  // Takes no time; a guard against waiting for ever.
  private static final long CLOSE_SECONDS = 2;

  // Of a node that lives and does not answer; a guard, too.
  private static final Duration ANSWER_MAX = Duration.ofMinutes(2);

  private final Optional<Security> security;
  private final Duration answerMax;
  private final Map<String, Connection> connections = new ConcurrentHashMap<>();
  private volatile Supplier<Optional<UUID>> cluster = Optional::empty;
  private final ThreadFactory threads = Thread.ofVirtual().name("peer-answer-", 0).factory();

  /// @param tls without, connections are in the clear
  public GrpcPeerTransport(Optional<PeerTls> tls) {
    this(tls, ANSWER_MAX);
  }

  /// @param answerMax how long a call may take
  GrpcPeerTransport(Optional<PeerTls> tls, Duration answerMax) {
    this.security = tls.map(Security::of);
    this.answerMax = answerMax;
  }

  /// From now on, calls say which cluster they are of.
  public void speakFor(Supplier<Optional<UUID>> ownCluster) {
    cluster = ownCluster;
  }

  private record Security(SslContext context, ClientInterceptor held) {
    static Security of(PeerTls tls) {
      return new Security(PeerContexts.client(tls), new CertifiedPeers(tls).called());
    }
  }

  @Override
  public Peer at(String peerAddress) {
    var connection = connections.computeIfAbsent(peerAddress, this::connect);
    return new GrpcPeer(new PeerCalls(peerAddress, connection::ready, answerMax));
  }

  private Connection connect(String peerAddress) {
    var builder =
        NettyChannelBuilder.forTarget("dns:///" + peerAddress)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(PING_ANSWER_SECONDS, TimeUnit.SECONDS)
            .maxInboundMessageSize(PeerServer.MESSAGE_BYTES_MAX)
            .executor(answer -> threads.newThread(answer).start())
            .intercept(CallsOfCluster.outgoing(() -> cluster.get()))
            // Whether a call was sent must stay known.
            .disableRetry();
    security.ifPresentOrElse(
        present -> builder.sslContext(present.context()).intercept(present.held()),
        builder::usePlaintext);
    return new Connection(builder.build());
  }

  @Override
  public void close() {
    connections.values().forEach(connection -> connection.channel.shutdownNow());
    try {
      for (var connection : connections.values()) {
        connection.channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Connection {
    private final ManagedChannel channel;

    Connection(ManagedChannel channel) {
      this.channel = channel;
    }

    /// The channel, for one call. If connecting failed last, the call makes it try again, and waits
    /// for that: by itself gRPC refuses calls for up to two minutes.
    CompletableFuture<ManagedChannel> ready() {
      if (channel.getState(false) == ConnectivityState.READY) {
        return CompletableFuture.completedFuture(channel);
      }
      return settled()
          .thenCompose(
              _ -> {
                if (channel.getState(false) != ConnectivityState.TRANSIENT_FAILURE) {
                  return CompletableFuture.completedFuture(channel);
                }
                channel.enterIdle();
                return settled();
              });
    }

    /// The channel, once it has worked off what reached it before. It fails calls before its state
    /// tells that connecting failed, and may become idle after `enterIdle` has returned: a call
    /// between would share the failure of an attempt that was made before it.
    private CompletableFuture<ManagedChannel> settled() {
      var settled = new CompletableFuture<ManagedChannel>();
      // Called back at once, in its turn, if the state is another one; it cannot be both of these.
      channel.notifyWhenStateChanged(ConnectivityState.IDLE, () -> settled.complete(channel));
      channel.notifyWhenStateChanged(ConnectivityState.SHUTDOWN, () -> settled.complete(channel));
      return settled;
    }
  }
}
