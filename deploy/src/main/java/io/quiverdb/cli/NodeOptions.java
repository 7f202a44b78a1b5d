package io.quiverdb.cli;

import io.quiverdb.node.NodeConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The settings of a node that a command takes, beside those of a file and of the environment.
final class NodeOptions {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where it keeps its data (./quiver-data).")
  private Optional<String> dataDirectory = Optional.empty();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where clients connect (127.0.0.1:7070).")
  private Optional<String> listen = Optional.empty();

  @Option(
      names = "--peer-listen",
      paramLabel = "[HOST]:PORT",
      description = "Where other nodes connect (:7071).")
  private Optional<String> peerListen = Optional.empty();

  @Option(
      names = "--raft-listen",
      paramLabel = "[HOST]:PORT",
      description = "Where other nodes connect for consensus (:7072).")
  private Optional<String> raftListen = Optional.empty();

  @Option(
      names = "--advertise",
      paramLabel = "HOST",
      description = "The host under which others reach this node (that of --listen).")
  private Optional<String> advertise = Optional.empty();

  @Option(
      names = "--join",
      paramLabel = "PEERS",
      split = ",",
      description =
          "The peer addresses of all nodes of the cluster, this one's too; 'cluster init' forms it"
              + " then. Without, the node is a cluster of its own.")
  private List<String> join = List.of();

  @Option(
      names = "--master-key-file",
      paramLabel = "FILE",
      description =
          "The key under which data is encrypted (quiver-master.key beside the data folder; made"
              + " there if this node is a cluster of its own).")
  private Optional<String> masterKeyFile = Optional.empty();

  @Option(
      names = "--page-cache",
      paramLabel = "BYTES",
      description =
          "How much memory decrypted pages may take, such as 256m (128 MiB; at most three quarters"
              + " of the heap).")
  private Optional<String> pageCache = Optional.empty();

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "This node's certificate; with --tls-key and --tls-ca, all ports speak TLS.")
  private Optional<String> tlsCertificate = Optional.empty();

  @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's key.")
  private Optional<String> tlsKey = Optional.empty();

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "The authorities whose certificates other nodes must have.")
  private Optional<String> tlsCa = Optional.empty();

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description = "The authorities whose certificates clients must have (clients need none).")
  private Optional<String> tlsClientCa = Optional.empty();

  @Option(
      names = "--vector-memory",
      paramLabel = "BYTES",
      description =
          "How much memory outside of the heap vectors and graphs may take that searches use, such"
              + " as 8g (2 GiB).")
  private Optional<String> vectorMemory = Optional.empty();

  @Option(
      names = "--graph-waiting-rows",
      paramLabel = "ROWS",
      description =
          "How many rows of a shard may wait for their graph before writes are refused; from half"
              + " of it on they are slowed down (200000; 0 for no bound).")
  private Optional<String> graphWaitingRows = Optional.empty();

  @Option(
      names = "--recall-rows",
      paramLabel = "ROWS",
      description =
          "How many rows of a shard a minute exact searches look at, to tell how much searches by"
              + " graphs find (1000000; 0 for none).")
  private Optional<String> recallRows = Optional.empty();

  @Option(names = "--config", paramLabel = "FILE", description = "A file of settings, in HOCON.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--insecure",
      description =
          "Allows listening beyond loopback without TLS, and calls from there without a key.")
  private boolean insecure;

  /// All that is set.
  NodeConfig config() {
    return NodeConfig.load(file, System.getenv(), overrides());
  }

  /// By key of the configuration.
  private Map<String, String> overrides() {
    var overrides = new HashMap<String, String>();
    dataDirectory.ifPresent(value -> overrides.put("data-dir", value));
    listen.ifPresent(value -> overrides.put("listen", value));
    peerListen.ifPresent(value -> overrides.put("peer-listen", value));
    raftListen.ifPresent(value -> overrides.put("raft-listen", value));
    advertise.ifPresent(value -> overrides.put("advertise", value));
    masterKeyFile.ifPresent(value -> overrides.put("master-key-file", value));
    tlsCertificate.ifPresent(value -> overrides.put("tls.certificate", value));
    tlsKey.ifPresent(value -> overrides.put("tls.key", value));
    tlsCa.ifPresent(value -> overrides.put("tls.ca", value));
    tlsClientCa.ifPresent(value -> overrides.put("tls.client-ca", value));
    pageCache.ifPresent(value -> overrides.put("page-cache", value));
    vectorMemory.ifPresent(value -> overrides.put("vector-memory", value));
    graphWaitingRows.ifPresent(value -> overrides.put("graph-waiting-rows", value));
    recallRows.ifPresent(value -> overrides.put("recall-rows", value));
    if (!join.isEmpty()) {
      overrides.put("join", String.join(",", join));
    }
    if (insecure) {
      overrides.put("insecure", "true");
    }
    return overrides;
  }
}
