package io.quiverdb.node;

import io.quiverdb.core.MasterKey;
import io.quiverdb.node.StartupException.BadConfiguration;
import io.quiverdb.node.api.Limits;
import io.quiverdb.node.security.TlsFiles;
import io.quiverdb.node.telemetry.NodeLogging;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.RaftTiming;
import io.quiverdb.raft.SnapshotLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that can be set about a node. `reference.conf` beside this class documents each key
/// and holds its default.
///
/// @param advertise the host under which others reach this node
/// @param join peer addresses; none for a cluster of its own
/// @param tls without, connections are in the clear
/// @param insecure whether others than this machine may connect all the same
/// @param pageCacheBytes of the heap, for pages that were decrypted
/// @param vectorMemoryBytes outside of the heap, for vectors and graphs that searches use
/// @param graphWaitingRowsMax of a shard, that wait for a graph before writes are refused; 0 for no
///   bound
/// @param recallRowsPerMinute of a shard, that exact searches look at to tell how much those by
///   graphs find; 0 for none
/// @param snapshots how much of the logs is kept, and how fast snapshots are fetched
/// @param callTimeout of calls that bring no deadline
/// @param scrubInterval after which all files of a replica are read again
public record NodeConfig(
    Path dataDirectory,
    Endpoint listen,
    Endpoint peerListen,
    Endpoint raftListen,
    String advertise,
    List<String> join,
    KeyConfig keys,
    Optional<TlsFiles> tls,
    boolean insecure,
    long pageCacheBytes,
    long vectorMemoryBytes,
    long graphWaitingRowsMax,
    long recallRowsPerMinute,
    NodeLogging.Format logFormat,
    Duration callTimeout,
    RaftTiming timing,
    SnapshotLimits snapshots,
    Duration scrubInterval,
    Limits limits) {
  static final int PEER_PORT = 7071;

  /// With less, pages of ids push each other out.
  private static final long PAGE_CACHE_BYTES_MIN = 1 << 20;

  /// More than there is anywhere.
  private static final long VECTOR_MEMORY_BYTES_MAX = 1L << 50;

  /// More than a shard ever holds.
  private static final long ROWS_MAX = 1L << 40;

  /// With less, a member that falls behind never catches up.
  private static final long SNAPSHOT_RATE_MIN = 1 << 20;

  public NodeConfig {
    join = List.copyOf(join);
  }

  /// The defaults, overridden by a file, by the environment and by the command line, each going
  /// before the one before it.
  ///
  /// @param file HOCON
  /// @param environment of the process: `QUIVER_<KEY_PATH>` sets a key
  /// @param overrides by key, such as `log.format`
  /// @throws BadConfiguration if the file cannot be read, a key is unknown or a value is not what
  ///   it must be
  public static NodeConfig load(
      Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
    return read(ConfigSource.merge(file, environment, overrides));
  }

  private static NodeConfig read(ConfigSource source) {
    var listen = source.endpoint("listen", Optional.empty());
    var host = Optional.of(listen.host());
    var config =
        new NodeConfig(
            Path.of(source.text("data-dir")),
            listen,
            source.endpoint("peer-listen", host),
            source.endpoint("raft-listen", host),
            advertised(source.text("advertise"), listen),
            source.list("join").stream().map(NodeConfig::joined).toList(),
            keys(source),
            tls(source),
            source.flag("insecure"),
            source.bytes("page-cache", PAGE_CACHE_BYTES_MIN, heapBytes() / 4 * 3),
            source.bytes("vector-memory", 0, VECTOR_MEMORY_BYTES_MAX),
            source.rows("graph-waiting-rows", ROWS_MAX),
            source.rows("recall-rows", ROWS_MAX),
            source.choice("log.format", NodeLogging.Format.class),
            source.duration("call-timeout"),
            timing(source),
            snapshots(source),
            source.duration("scrub-interval"),
            limits(source));
    config.checkExposure();
    return config;
  }

  /// A cache that leaves nothing to all else ends in a node without memory, hours later.
  private static long heapBytes() {
    return Runtime.getRuntime().maxMemory();
  }

  private static KeyConfig keys(ConfigSource source) {
    return new KeyConfig(
        optional(source.text("master-key")),
        optional(source.text("master-key-file")).map(Path::of),
        optional(source.text("previous-master-key-file")).map(Path::of),
        source.flag("encrypt"));
  }

  private static Optional<TlsFiles> tls(ConfigSource source) {
    var keys = List.of("tls.certificate", "tls.key", "tls.ca");
    var clientAuthority = optional(source.text("tls.client-ca")).map(Path::of);
    if (clientAuthority.isEmpty() && keys.stream().allMatch(key -> source.text(key).isBlank())) {
      return Optional.empty();
    }
    for (var key : keys) {
      if (source.text(key).isBlank()) {
        throw new BadConfiguration(
            key + ": not set (expected: a file, as another of tls.… is set)");
      }
    }
    return Optional.of(
        new TlsFiles(
            Path.of(source.text("tls.certificate")),
            Path.of(source.text("tls.key")),
            Path.of(source.text("tls.ca")),
            clientAuthority));
  }

  private static Optional<String> optional(String text) {
    return text.isBlank() ? Optional.empty() : Optional.of(text);
  }

  private static String advertised(String advertise, Endpoint listen) {
    if (!advertise.isEmpty()) {
      return advertise;
    }
    if (!listen.isWildcard()) {
      return listen.host();
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new BadConfiguration(
          "advertise: not set, and this machine does not know its name (expected: the host under"
              + " which others reach this node)",
          e);
    }
  }

  private static String joined(String address) {
    try {
      return Endpoint.parse(address, Optional.empty()).toString();
    } catch (IllegalArgumentException _) {
      try {
        return Endpoint.parse(address + ":" + PEER_PORT, Optional.empty()).toString();
      } catch (IllegalArgumentException e) {
        throw new BadConfiguration(
            "join: \"" + address + "\" (expected: peer addresses, host or host:port)", e);
      }
    }
  }

  private static RaftTiming timing(ConfigSource source) {
    var min = source.duration("election.timeout-min");
    var max = source.duration("election.timeout-max");
    if (min.compareTo(max) > 0) {
      throw new BadConfiguration(
          "election.timeout-max: "
              + max
              + " (expected: at least election.timeout-min, "
              + min
              + ")");
    }
    return new RaftTiming(min, max);
  }

  private static SnapshotLimits snapshots(ConfigSource source) {
    return new SnapshotLimits(
        source.bytes(
            "raft-log.segment", SnapshotLimits.SEGMENT_BYTES_MIN, SnapshotLimits.SEGMENT_BYTES_MAX),
        source.bytes("raft-log.tail", 0, 1L << 40),
        source.bytes("snapshot-rate", SNAPSHOT_RATE_MIN, 1L << 40));
  }

  private static Limits limits(ConfigSource source) {
    var standard = Limits.STANDARD;
    return new Limits(
        source.number("limits.dimension", standard.dimensionMax()),
        source.bytes("limits.payload-bytes", standard.payloadBytesMax()),
        source.bytes("limits.id-bytes", standard.idBytesMax()),
        source.number("limits.k", standard.kMax()),
        source.bytes("limits.request-bytes", 64 << 20),
        source.bytes("limits.response-bytes", 96 << 20),
        standard.answersBytesMax(),
        source.duration("limits.reading-time"));
  }

  private void checkExposure() {
    checkExposure("listen", listen);
    checkExposure("peer-listen", peerListen);
    checkExposure("raft-listen", raftListen);
  }

  private void checkExposure(String key, Endpoint endpoint) {
    if (!insecure && tls.isEmpty() && !endpoint.isLoopback()) {
      throw new BadConfiguration(
          key
              + ": "
              + endpoint
              + " is beyond loopback, where without TLS no connection is encrypted and nobody is"
              + " authenticated (expected: tls.certificate, tls.key and tls.ca, which `quiver cert`"
              + " makes; or a loopback address; or insecure = true)");
    }
  }

  /// Whether data at rest is encrypted.
  public boolean encrypts() {
    return keys.encrypt();
  }

  /// Whether [#masterKeys] would make a master key: this node is new, and a cluster of its own.
  ///
  /// @throws BadConfiguration if there is no key, and none may be made
  public boolean masterKeyIsToBeMade() {
    return keys.isToBeMade(dataDirectory, join.isEmpty());
  }

  /// Where the master key is, for people.
  public String masterKeySource() {
    return keys.source(dataDirectory);
  }

  /// The one that wraps, and those that are accepted too; none if nothing is encrypted. Makes one
  /// where that is right.
  ///
  /// @throws BadConfiguration if there is no key, or others may read its file
  public List<MasterKey> masterKeys() {
    return keys.masterKeys(dataDirectory, join.isEmpty());
  }

  /// Whether others than this machine can connect.
  boolean isExposed() {
    return !listen.isLoopback() || !peerListen.isLoopback() || !raftListen.isLoopback();
  }

  /// As others reach this node.
  NodeAddresses addresses() {
    return new NodeAddresses(
        listen.withHost(advertise).toString(),
        peerListen.withHost(advertise).toString(),
        raftListen.withHost(advertise).toString());
  }
}
