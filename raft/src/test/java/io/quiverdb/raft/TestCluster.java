package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.background.Background;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.raft.catalog.Reconciler;
import io.quiverdb.raft.membership.Formation;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/// Nodes of one cluster in this process, on the loopback network: real groups on real files, and
/// peers that reach each other by method calls. Links can be cut, consensus included, and nodes
/// killed and started again.
public final class TestCluster implements AutoCloseable {
  /// Short enough for tests on two busy cores.
  public static final RaftTiming TIMING =
      new RaftTiming(Duration.ofMillis(300), Duration.ofMillis(600));

  private static final SnapshotLimits SNAPSHOTS =
      new SnapshotLimits(SnapshotLimits.SEGMENT_BYTES_MIN, 4 << 20, 1L << 30);

  /// Of a segment that is given a graph.
  static final int GRAPH_ROWS_MIN = 500;

  private static final long RECALL_ROWS = 1_000_000;

  private final List<MasterKey> masterKeys;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Node> byPeerAddress = new ConcurrentHashMap<>();

  /// One node, up or down.
  public final class Node {
    private final Path directory;
    private final NodeAddresses addresses =
        new NodeAddresses(Loopback.address(), Loopback.address(), Loopback.address());
    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final TestDisk disk = new TestDisk();
    private final AtomicLong aheadNanos = new AtomicLong();
    private volatile FeatureLevels levels;
    private volatile Optional<RuntimeException> applyFault = Optional.empty();
    private volatile MetricRegistry metrics = new MetricRegistry();
    private volatile Optional<RaftHost> host = Optional.empty();

    private Node(Path directory, FeatureLevels levels) {
      this.directory = directory;
      this.levels = levels;
    }

    TestDisk disk() {
      return disk;
    }

    public Path directory() {
      return directory;
    }

    public NodeAddresses addresses() {
      return addresses;
    }

    public boolean isUp() {
      return host.isPresent();
    }

    /// @throws IllegalStateException if it is down
    public RaftHost host() {
      return host.orElseThrow(() -> new IllegalStateException("node is down"));
    }

    public NodeId id() {
      return host().member().id();
    }

    public MetricRegistry metrics() {
      return metrics;
    }

    /// What the node would have halted for.
    public List<Throwable> fatal() {
      return fatal;
    }

    public void start() {
      start(new MetricRegistry());
    }

    void start(MetricRegistry registry) {
      metrics = registry;
      host =
          Optional.of(
              RaftHost.open(
                  new RaftHostOptions(
                      directory,
                      addresses,
                      Loopback.host(),
                      Optional.empty(),
                      masterKeys,
                      StoreOptions.PAGE_CACHE_BYTES,
                      Indexing.BUDGET_BYTES,
                      0,
                      RECALL_ROWS,
                      "test",
                      TIMING,
                      SNAPSHOTS,
                      Duration.ofDays(1),
                      new DirectTransport(this, byPeerAddress::get),
                      metrics,
                      new SecureRandom(),
                      fatal::add),
                  new RaftHost.Tuning(
                      Background.Triggers.STANDARD,
                      RatisSettings.DiskSizes.SMALL,
                      Reconciler.Pace.PRODUCTION,
                      new Formation.Pace(Duration.ofMillis(100), 100, 1_200),
                      GRAPH_ROWS_MIN,
                      disk,
                      levels,
                      this::state,
                      () -> System.nanoTime() + aheadNanos.get())));
    }

    /// Of its own clock, by which it does what is due now and then.
    void pass(Duration time) {
      long _ = aheadNanos.addAndGet(time.toNanos());
    }

    private StoreState state(Supplier<Store> opening) {
      return new StoreState(opening) {
        @Override
        public ByteBuffer apply(long term, long index, ByteBuffer entry) {
          applyFault.ifPresent(
              fault -> {
                throw fault;
              });
          return super.apply(term, index, entry);
        }
      };
    }

    /// What keeps its shards from applying entries, until it has none.
    void failApplying(Optional<RuntimeException> fault) {
      applyFault = fault;
    }

    /// Reaches the others as this node does.
    PeerTransport transport() {
      return new DirectTransport(this, byPeerAddress::get);
    }

    /// Starts it, which is down, with another release.
    void startAs(FeatureLevels release) {
      levels = release;
      start();
    }

    /// Stops it without handing leadership over.
    public void kill() {
      host.ifPresent(RaftHost::close);
      host = Optional.empty();
    }
  }

  private TestCluster(Path directory, List<MasterKey> masterKeys, List<FeatureLevels> releases) {
    this.masterKeys = masterKeys;
    for (int number = 0; number < releases.size(); number++) {
      var node = new Node(directory.resolve("node-" + number), releases.get(number));
      nodes.add(node);
      byPeerAddress.put(node.addresses().peer(), node);
    }
  }

  /// Nodes that are up and no cluster yet.
  public static TestCluster unformed(Path directory, int size) {
    return unformed(
        directory, List.of(TestKeyRing.MASTER), Collections.nCopies(size, FeatureLevels.CURRENT));
  }

  private static TestCluster unformed(
      Path directory, List<MasterKey> masterKeys, List<FeatureLevels> releases) {
    var cluster = new TestCluster(directory, masterKeys, releases);
    cluster.nodes.forEach(Node::start);
    return cluster;
  }

  /// A cluster that serves.
  public static TestCluster formed(Path directory, int size, int shards) {
    return formed(directory, size, shards, List.of(TestKeyRing.MASTER));
  }

  /// @param masterKeys none to encrypt nothing
  public static TestCluster formed(
      Path directory, int size, int shards, List<MasterKey> masterKeys) {
    return formed(directory, shards, masterKeys, Collections.nCopies(size, FeatureLevels.CURRENT));
  }

  /// A cluster of one shard.
  ///
  /// @param releases of its nodes
  static TestCluster formedOf(Path directory, FeatureLevels... releases) {
    return formed(directory, 1, List.of(TestKeyRing.MASTER), List.of(releases));
  }

  private static TestCluster formed(
      Path directory, int shards, List<MasterKey> masterKeys, List<FeatureLevels> releases) {
    var cluster = unformed(directory, masterKeys, releases);
    var addresses = cluster.nodes.stream().map(node -> node.addresses().peer()).toList();
    var _ = cluster.nodes.getFirst().host().form(addresses, shards, 0).join();
    cluster.awaitReady();
    return cluster;
  }

  /// A node that is up and of no cluster.
  public Node addNode(Path directory) {
    return addNode(directory, FeatureLevels.CURRENT);
  }

  Node addNode(Path directory, FeatureLevels release) {
    var node = new Node(directory, release);
    nodes.add(node);
    byPeerAddress.put(node.addresses().peer(), node);
    node.start();
    return node;
  }

  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  public Node node(NodeId id) {
    return nodes.stream()
        .filter(Node::isUp)
        .filter(node -> node.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /// Waits until every node that is up is ready.
  public void awaitReady() {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () -> nodes.stream().filter(Node::isUp).allMatch(node -> node.host().status().ready()));
  }

  /// Waits until a node that is up leads the shard and may write.
  public Node awaitLeader(int shard) {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> nodes.stream().filter(node -> leads(node, shard)).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /// Waits until a node that is up leads the catalogue.
  public Node awaitCatalogLeader() {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                nodes.stream()
                    .filter(Node::isUp)
                    .filter(
                        node ->
                            node.host().status().replicas().stream()
                                .anyMatch(
                                    replica ->
                                        replica.group() instanceof GroupKey.CatalogGroup
                                            && replica.role() == ReplicaStatus.Role.LEADER))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  static boolean hasReplica(Node node, int shard) {
    return node.host().status().replicas().stream()
        .anyMatch(replica -> replica.group().equals(new GroupKey.ShardGroup(shard)));
  }

  private static boolean leads(Node node, int shard) {
    return node.isUp()
        && node.host().status().replicas().stream()
            .filter(replica -> replica.group().equals(new GroupKey.ShardGroup(shard)))
            .anyMatch(
                replica ->
                    replica.role() == ReplicaStatus.Role.LEADER && replica.problem().isEmpty());
  }

  /// All members of a shard hold the same at one place of its log; waits until they do hold it.
  void requireSame(int shard) {
    long epoch =
        awaitLeader(shard).host().catalog().orElseThrow().view().shards().get(shard).epoch();
    var mark =
        TestClient.retried(
                () ->
                    awaitLeader(shard)
                        .host()
                        .self()
                        .shard(shard)
                        .write(new ShardWrite.HashMark(TestClient.stamp(epoch))))
            .position();
    Set<StateHash> hashes =
        nodes.stream()
            .filter(node -> node.isUp() && hasReplica(node, shard))
            .map(
                node ->
                    TestClient.retried(
                            () -> node.host().self().hashAt(new GroupKey.ShardGroup(shard), mark))
                        .orElseThrow())
            .collect(Collectors.toSet());
    assertThat(hashes).hasSize(1);
  }

  /// Cuts the links between a node and all others.
  public void isolate(Node node) {
    others(node).forEach(other -> Partitions.cut(node.id(), other.id()));
  }

  public void rejoin(Node node) {
    others(node).forEach(other -> Partitions.heal(node.id(), other.id()));
  }

  private List<Node> others(Node node) {
    return nodes.stream().filter(other -> other != node && other.isUp()).toList();
  }

  @Override
  public void close() {
    nodes.stream().filter(Node::isUp).forEach(this::rejoin);
    Together.forEach(nodes, Node::kill);
  }
}
