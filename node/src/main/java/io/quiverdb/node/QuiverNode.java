package io.quiverdb.node;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.StoreLockedException;
import io.quiverdb.core.UnsupportedFormatException;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.node.StartupException.BadConfiguration;
import io.quiverdb.node.StartupException.DataDirectoryRefused;
import io.quiverdb.node.StartupException.InputOutput;
import io.quiverdb.node.StartupException.PortInUse;
import io.quiverdb.node.api.ApiServer;
import io.quiverdb.node.peer.GrpcPeerTransport;
import io.quiverdb.node.peer.PeerServer;
import io.quiverdb.node.routing.RoutingException.AlreadyFormed;
import io.quiverdb.node.security.NodeTls;
import io.quiverdb.node.telemetry.NodeMetrics;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.NodeIdentity;
import io.quiverdb.raft.PeerTls;
import io.quiverdb.raft.RaftHost;
import io.quiverdb.raft.RaftHostOptions;
import io.quiverdb.raft.RecoveryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running node: its replicas, the port for other nodes and the port for clients.
public final class QuiverNode implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(QuiverNode.class);

  // Together, and with what servers take to stop, below the ten seconds that a stop may take.
  private static final Duration HAND_OVER = Duration.ofSeconds(2);
  private static final Duration DRAIN = Duration.ofSeconds(2);
  private static final Duration PEER_DRAIN = Duration.ofMillis(500);

  private final NodeConfig config;
  private final RaftHost host;
  private final ApiServer api;
  private final Deque<AutoCloseable> opened;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);

  private QuiverNode(NodeConfig config, RaftHost host, ApiServer api, Deque<AutoCloseable> opened) {
    this.config = config;
    this.host = host;
    this.api = api;
    this.opened = opened;
  }

  /// Starts a node that only logs when its disk fails.
  ///
  /// @throws StartupException if it cannot start; then nothing is left open
  public static QuiverNode start(NodeConfig config) {
    return start(
        config, failure -> log.error("disk or log failed, this node must be restarted", failure));
  }

  /// Starts a node. One without `join` is a cluster of its own, formed when this returns; one with
  /// `join` waits to be formed.
  ///
  /// @param onFatal told once when the disk has failed, or a log would lose entries; a process of
  ///   its own should halt
  /// @throws StartupException if it cannot start; then nothing is left open
  public static QuiverNode start(NodeConfig config, Consumer<Throwable> onFatal) {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      return open(config, onFatal, opened);
    } catch (RuntimeException | Error e) {
      closeAll(opened);
      throw e;
    }
  }

  private static QuiverNode open(
      NodeConfig config, Consumer<Throwable> onFatal, Deque<AutoCloseable> opened) {
    String version = Version.current();
    var metrics = new MetricRegistry();
    var tls = openTls(config);
    tls.ifPresent(opened::push);
    var peerTls = tls.map(NodeTls::peers);
    var transport = new GrpcPeerTransport(peerTls);
    opened.push(transport);
    var host = openHost(config, version, metrics, transport, peerTls, onFatal);
    opened.push(host);
    tls.ifPresent(present -> present.expect(host::memberAt));
    transport.speakFor(() -> host.claim().map(Claim::clusterId));
    checkClaim(config, host);
    var peers = startPeers(config, host, peerTls);
    opened.push(peers);
    var alone = config.join().isEmpty();
    List<String> addresses = alone ? List.of(config.addresses().peer()) : config.join();
    var cluster = new RaftCluster(host, addresses, alone);
    var nodeMetrics = new NodeMetrics(metrics, version);
    tls.ifPresent(present -> nodeMetrics.watchCertificates(present::expires, present::refused));
    var api = startApi(config, tls, cluster, nodeMetrics);
    opened.push(api);
    opened.push(
        new AgreementWatch(cluster, nodeMetrics, UUID::randomUUID).start(AgreementWatch.PAUSE));
    announce(config, tls, host, version);
    if (alone && host.catalog().isEmpty() && !isMemberOfMany(host) && !host.joinedLater()) {
      formAlone(cluster);
    } else if (host.claim().isEmpty() || host.joinedLater()) {
      opened.push(
          JoinWatch.start(
              transport,
              contacts(config, host),
              () -> host.catalog().isPresent() && host.isAdmitted(),
              new Joining(host)));
    }
    return new QuiverNode(config, host, api, opened);
  }

  /// Whether the node waits for others, whatever it was told at this start.
  private static boolean isMemberOfMany(RaftHost host) {
    return host.claim().filter(claim -> claim.members().size() > 1).isPresent();
  }

  /// Nodes may have moved, and be called by other names; all of them at once, hardly.
  private static boolean isOf(Claim claim, List<String> join) {
    // A cluster that was recovered has lost all but one of those that it was formed with.
    return (claim.members().size() == join.size() || claim.epoch() > Claim.FIRST_EPOCH)
        && claim.members().stream().anyMatch(one -> join.contains(one.addresses().peer()));
  }

  private static void checkClaim(NodeConfig config, RaftHost host) {
    if (config.join().isEmpty()) {
      return;
    }
    host.claim()
        .filter(_ -> !host.joinedLater())
        .filter(claim -> !isOf(claim, config.join()))
        .ifPresent(
            claim -> {
              throw new DataDirectoryRefused(
                  "%s belongs to cluster %s of %s (expected: of the nodes of join, %s)"
                      .formatted(
                          config.dataDirectory(),
                          claim.clusterId(),
                          claim.members().stream().map(one -> one.addresses().peer()).toList(),
                          config.join()));
            });
  }

  /// Those that it was told of; a node that joined knows the first ones of its cluster as well.
  private static List<String> contacts(NodeConfig config, RaftHost host) {
    var contacts = new ArrayList<>(config.join());
    host.claim().stream()
        .flatMap(claim -> claim.members().stream())
        .map(member -> member.addresses().peer())
        .filter(address -> !contacts.contains(address))
        .forEach(contacts::add);
    return contacts;
  }

  private record Joining(RaftHost host) implements JoinWatch.Joining {
    @Override
    public boolean mayJoin() {
      return host.claim().isEmpty() || host.joinedLater();
    }

    @Override
    public CompletableFuture<Void> join(String peerAddress) {
      return host.join(peerAddress);
    }
  }

  private static void formAlone(RaftCluster cluster) {
    try {
      var claim = cluster.form(0, 0).join();
      log.info("cluster formed cluster={} shards={}", claim.clusterId(), claim.shards());
    } catch (CompletionException e) {
      // Found only now: until its log was replayed the node did not know.
      if (!(e.getCause() instanceof AlreadyFormed)) {
        throw new InputOutput("forming a cluster of this node alone: " + e.getMessage(), e);
      }
    }
  }

  /// Whose certificate names another node than the data directory starts nothing.
  private static Optional<NodeTls> openTls(NodeConfig config) {
    if (config.tls().isEmpty()) {
      return Optional.empty();
    }
    NodeTls tls;
    try {
      tls = NodeTls.open(config.tls().get());
    } catch (IllegalArgumentException e) {
      throw new BadConfiguration(String.valueOf(e.getMessage()), e);
    }
    try {
      var node = NodeIdentity.of(config.dataDirectory(), new SecureRandom());
      if (!node.equals(tls.node())) {
        throw new BadConfiguration(
            "tls.certificate: names node %s (expected: %s, the node of %s; `quiver cert node` makes it)"
                .formatted(tls.node(), node, config.dataDirectory()));
      }
      return Optional.of(tls);
    } catch (StoreLockedException | UnsupportedFormatException e) {
      tls.close();
      throw new DataDirectoryRefused(String.valueOf(e.getMessage()), e);
    } catch (CorruptFileException e) {
      tls.close();
      throw new InputOutput("data-dir: damaged: " + e.getMessage(), e);
    } catch (IOException e) {
      tls.close();
      throw new InputOutput("data-dir: " + config.dataDirectory() + ": " + rootCause(e), e);
    } catch (BadConfiguration e) {
      tls.close();
      throw e;
    }
  }

  private static RaftHost openHost(
      NodeConfig config,
      String version,
      MetricRegistry metrics,
      GrpcPeerTransport transport,
      Optional<PeerTls> tls,
      Consumer<Throwable> onFatal) {
    var masterKeys = config.masterKeys();
    try {
      return RaftHost.open(
          new RaftHostOptions(
              config.dataDirectory(),
              config.addresses(),
              config.raftListen().host(),
              tls,
              masterKeys,
              config.pageCacheBytes(),
              config.vectorMemoryBytes(),
              config.graphWaitingRowsMax(),
              config.recallRowsPerMinute(),
              version,
              config.timing(),
              config.snapshots(),
              config.scrubInterval(),
              transport,
              metrics,
              new SecureRandom(),
              onFatal));
    } catch (StoreLockedException
        | FeatureLevelException
        | UnsupportedFormatException
        | WrongKeyException
        | RecoveryException e) {
      throw new DataDirectoryRefused(String.valueOf(e.getMessage()), e);
    } catch (CorruptFileException e) {
      throw new InputOutput("data-dir: damaged: " + e.getMessage(), e);
    } catch (StoreException | UncheckedIOException e) {
      throw bindFailureOr(
          "raft-listen",
          config.raftListen(),
          e,
          new InputOutput(
              "data-dir: %s: %s (expected: a directory that can be read and written)"
                  .formatted(config.dataDirectory(), rootCause(e)),
              e));
    }
  }

  // The message of a file system's exception is often but the file's name.
  private static Throwable rootCause(Throwable failure) {
    return failure.getCause() == null ? failure : rootCause(failure.getCause());
  }

  private static PeerServer startPeers(NodeConfig config, RaftHost host, Optional<PeerTls> tls) {
    try {
      return PeerServer.start(
          resolve("peer-listen", config.peerListen()),
          host.self(),
          tls,
          () -> host.claim().map(Claim::clusterId),
          host::isMember,
          PEER_DRAIN);
    } catch (IOException e) {
      throw bindFailureOr(
          "peer-listen",
          config.peerListen(),
          e,
          new InputOutput("peer-listen: " + e.getMessage(), e));
    }
  }

  private static ApiServer startApi(
      NodeConfig config, Optional<NodeTls> tls, RaftCluster cluster, NodeMetrics metrics) {
    try {
      return ApiServer.start(
          resolve("listen", config.listen()),
          tls,
          config.insecure(),
          cluster,
          config.limits(),
          metrics,
          config.callTimeout(),
          DRAIN);
    } catch (CompletionException e) {
      throw bindFailureOr(
          "listen", config.listen(), e, new InputOutput("listen: " + e.getMessage(), e));
    }
  }

  private static InetSocketAddress resolve(String key, Endpoint endpoint) {
    try {
      return endpoint.resolve();
    } catch (UnknownHostException e) {
      throw new BadConfiguration(
          key + ": " + endpoint.host() + " (expected: an address of this machine)", e);
    }
  }

  private static StartupException bindFailureOr(
      String key, Endpoint endpoint, Throwable failure, StartupException otherwise) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      // Netty's native transport has an exception of its own.
      if (cause instanceof BindException
          || String.valueOf(cause.getMessage()).contains("Address already in use")) {
        return new PortInUse(key, endpoint.toString(), failure);
      }
    }
    return otherwise;
  }

  private static void announce(
      NodeConfig config, Optional<NodeTls> tls, RaftHost host, String version) {
    var addresses = config.addresses();
    log.info("node started version={} node={}", version, host.member().id());
    log.info(
        "listening clients={} peers={} raft={} advertised={}",
        config.listen(),
        config.peerListen(),
        config.raftListen(),
        config.advertise());
    log.info("data dir={}", config.dataDirectory().toAbsolutePath().normalize());
    if (host.encrypts()) {
      log.info(
          "data is encrypted master_key={}; without that key it cannot be read",
          config.keys().source(config.dataDirectory()));
    } else {
      log.warn("data is NOT encrypted, as configured");
    }
    tls.ifPresentOrElse(
        present ->
            log.info(
                "connections are by TLS expires={}; only this machine is served until there is an"
                    + " API key",
                present.expires()),
        () -> log.info("connections are in the clear"));
    if (config.isExposed() && config.insecure()) {
      log.warn(
          "INSECURE: reachable beyond this machine; as long as there is no API key, whoever can"
              + " connect can read and change all");
    }
    log.info(
        "connect with: {} status --endpoint {}{}  or  curl {}://{}/v1/cluster/status",
        // Said by the launcher: it need not be on the path.
        System.getProperty("quiver.launcher", "quiver"),
        addresses.client(),
        config.tls().map(files -> " --ca " + files.authority()).orElse(""),
        config.tls().map(files -> "--cacert %s https".formatted(files.authority())).orElse("http"),
        addresses.client());
  }

  /// Where clients connect.
  public int port() {
    return api.port();
  }

  /// Returns when the node has been closed, by another thread.
  public void awaitClose() throws InterruptedException {
    closed.await();
  }

  /// Refuses new calls, hands leadership over, answers what is under way, writes a checkpoint and
  /// closes. Once it began, further calls return at once.
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    log.info("stopping node={}", config.advertise());
    api.stopAccepting();
    attempt("hand over leadership", () -> host.handOverLeadership(HAND_OVER));
    attempt("answer calls under way", api);
    attempt("checkpoint", host::checkpoint);
    closeAll(opened);
    log.info("stopped");
    closed.countDown();
  }

  private static void closeAll(Deque<AutoCloseable> opened) {
    while (!opened.isEmpty()) {
      var last = opened.pop();
      attempt("close " + last.getClass().getSimpleName(), last);
    }
  }

  // What fails while stopping must not keep the rest from stopping.
  private static void attempt(String what, AutoCloseable step) {
    try {
      step.close();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      log.warn("stopping: could not {}", what, e);
    }
  }
}
