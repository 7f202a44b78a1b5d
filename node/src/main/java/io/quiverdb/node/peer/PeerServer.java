package io.quiverdb.node.peer;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.quiverdb.node.routing.AnswerMemory;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.PeerTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The port for other nodes.
public final class PeerServer implements AutoCloseable {
  /// Room for an answer of the largest size that clients may ask for.
  static final int MESSAGE_BYTES_MAX = 128 << 20;

  // Callers ping every few seconds while they wait; below this they would be cut off.
  private static final long PING_SECONDS_MIN = 2;

  // Takes no time; a guard against waiting for ever.
  private static final long CUT_OFF_SECONDS = 2;

  private final Server server;
  private final ExecutorService executor;
  private final Duration drain;

  private PeerServer(Server server, ExecutorService executor, Duration drain) {
    this.server = server;
    this.executor = executor;
    this.drain = drain;
  }

  /// Binds `listen` and answers for `self` from there on.
  ///
  /// @param tls without, whoever connects is believed
  /// @param cluster that the node is of, if it knows it: those of another are not answered
  /// @param isMember whether a node may ask for what is for members only
  /// @param drain how long [#close] waits for calls that are being answered
  public static PeerServer start(
      InetSocketAddress listen,
      Peer self,
      Optional<PeerTls> tls,
      Supplier<Optional<UUID>> cluster,
      Predicate<NodeId> isMember,
      Duration drain)
      throws IOException {
    var executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("peer-call-", 0).factory());
    var builder =
        NettyServerBuilder.forAddress(listen)
            .addService(new PeerService(self, new AnswerMemory(AnswerMemory.standardBytes())))
            .intercept(CallsOfCluster.incoming(cluster))
            .executor(executor)
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .permitKeepAliveTime(PING_SECONDS_MIN, TimeUnit.SECONDS);
    tls.ifPresent(
        present ->
            builder
                .sslContext(PeerContexts.server(present))
                .intercept(new CertifiedPeers(present).callers(isMember)));
    var server = builder.build();
    try {
      server.start();
    } catch (IOException e) {
      executor.close();
      throw e;
    }
    return new PeerServer(server, executor, drain);
  }

  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdown();
    try {
      server.awaitTermination(drain.toMillis(), TimeUnit.MILLISECONDS);
      server.shutdownNow();
      // What it cuts off it still reports on the executor, and without that does not cut it off.
      server.awaitTermination(CUT_OFF_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      server.shutdownNow();
    }
    executor.shutdown();
  }
}
