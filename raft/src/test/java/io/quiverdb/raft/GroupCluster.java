package io.quiverdb.raft;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.GroupReplica.Reply;
import io.quiverdb.raft.barrier.Barrier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.awaitility.Awaitility;

/// Nodes in this process that replicate one group of [CountingState]s.
final class GroupCluster implements AutoCloseable {
  static final RaftTiming TIMING = new RaftTiming(Duration.ofMillis(300), Duration.ofMillis(600));
  static final GroupKey KEY = new ShardGroup(0);

  private final RaftGroupId groupId = RaftGroupId.valueOf(UUID.randomUUID());
  private final List<Node> nodes = new ArrayList<>();
  private final LongSupplier nanoClock;
  private final List<RaftPeer> members;
  final List<Throwable> fatal = new ArrayList<>();

  /// Of states that keep nothing of themselves but a file that goes with the node.
  record Stores(Map<GroupKey, CountingState> states, BooleanSupplier diskFails)
      implements GroupStores {
    @Override
    public void delete(GroupKey group) throws IOException {
      states.remove(group);
      if (diskFails.getAsBoolean()) {
        throw new IOException("a file that cannot be deleted");
      }
    }

    @Override
    public void close(GroupKey group) {
      states.remove(group);
    }
  }

  final class Node {
    final NodeId id = new NodeId(UUID.randomUUID());
    final int port = Loopback.port();
    final Path directory;
    final RaftTiming timing;
    final Map<GroupKey, CountingState> states = new ConcurrentHashMap<>();
    final MetricRegistry metrics = new MetricRegistry();
    volatile Optional<GroupServer> server = Optional.empty();

    /// Whether what a replica stored cannot be deleted.
    volatile boolean diskFails;

    volatile GroupStateMachine.SnapshotNeed snapshotNeed = (_, _, _) -> {};

    Node(Path directory, RaftTiming timing) {
      this.directory = directory;
      this.timing = timing;
    }

    void start() throws IOException {
      states.clear();
      server =
          Optional.of(
              new GroupServer(
                  new GroupServerOptions(
                      id,
                      directory,
                      Loopback.host(),
                      port,
                      Optional.empty(),
                      timing,
                      RatisSettings.DiskSizes.SMALL,
                      key ->
                          states.computeIfAbsent(
                              key, _ -> new CountingState(directory.resolve("state"))),
                      new Stores(states, () -> diskFails),
                      List::of,
                      _ -> {},
                      () -> PlainCodec.INSTANCE,
                      TestDisk.roomy(),
                      new Barrier(id, other -> peer(this, other), Duration.ofSeconds(5), metrics),
                      snapshotNeed,
                      nanoClock,
                      metrics,
                      fatal::add),
                  Map.of(groupId, KEY)));
    }

    /// As opening does first.
    void makeDirectory() throws IOException {
      GroupDirectory.create(
          directory, directory.resolve("raft"), groupId.getUuid().toString(), members);
    }

    void open() throws IOException {
      server.orElseThrow().open(groupId, KEY, members, _ -> {});
    }

    void openFor(CatalogOrder order, long moveIndex) throws IOException {
      openFor(order, moveIndex, 0);
    }

    void openFor(CatalogOrder order, long moveIndex, long floor) throws IOException {
      server.orElseThrow().openFor(groupId, KEY, order, moveIndex, floor, _ -> {});
    }

    void remove(CatalogOrder order, UUID incarnation) throws IOException {
      server.orElseThrow().remove(groupId, KEY, order, incarnation, () -> {});
    }

    Optional<ReplicaNote> note() throws IOException {
      return ReplicaNote.read(directory, groupId.getUuid().toString());
    }

    void write(ReplicaNote note) throws IOException {
      note.write(directory, groupId.getUuid().toString());
    }

    /// Why its replica is in quarantine; with its directory where Ratis does not look.
    Optional<QuarantineCause> quarantine() throws IOException {
      boolean isAside = Files.exists(asideDirectory()) && !Files.exists(groupDirectory());
      return isAside
          ? server
              .orElseThrow()
              .quarantine()
              .cause(KEY)
              .filter(note().flatMap(ReplicaNote::quarantine).orElseThrow()::equals)
          : Optional.empty();
    }

    /// The incarnation of its replica, if not all of that is deleted yet.
    Optional<UUID> removing() {
      return Optional.ofNullable(server.orElseThrow().removing().get(KEY)).map(Incarnation::id);
    }

    Path asideDirectory() {
      return directory.resolve("raft-aside").resolve(groupId.getUuid().toString());
    }

    void kill() {
      server.ifPresent(GroupServer::close);
      server = Optional.empty();
    }

    Replica replica() {
      return server.orElseThrow().replica(KEY).orElseThrow();
    }

    Member member() {
      String address = Loopback.host() + ":" + port;
      return new Member(id, new NodeAddresses(address, address, address));
    }

    boolean leads() {
      return server.flatMap(up -> up.replica(KEY)).filter(Replica::leads).isPresent();
    }

    boolean up() {
      return server.isPresent();
    }

    CountingState state() {
      var state = states.get(KEY);
      if (state == null) {
        throw new IllegalStateException("not open");
      }
      return state;
    }

    CompletableFuture<Long> read(String name) {
      var replica = replica();
      return replica
          .readIndex()
          .thenCompose(replica::awaitApplied)
          .thenApply(_ -> state().count(name));
    }

    Path groupDirectory() {
      return directory.resolve("raft").resolve(groupId.getUuid().toString());
    }

    Path logDirectory() {
      return groupDirectory().resolve("current");
    }
  }

  GroupCluster(Path directory, int size) {
    this(directory, size, TIMING);
  }

  GroupCluster(Path directory, int size, RaftTiming timing) {
    this(directory, size, timing, System::nanoTime);
  }

  /// @param nanoClock tells how long an entry has been waiting
  GroupCluster(Path directory, int size, RaftTiming timing, LongSupplier nanoClock) {
    this(directory, Collections.nCopies(size, timing), nanoClock);
  }

  /// @param timings of each node
  GroupCluster(Path directory, List<RaftTiming> timings, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    for (int number = 0; number < timings.size(); number++) {
      nodes.add(new Node(directory.resolve("node-" + number), timings.get(number)));
    }
    members =
        nodes.stream()
            .map(
                node ->
                    RaftPeer.newBuilder()
                        .setId(RaftPeerId.valueOf(node.id.toString()))
                        .setAddress(Loopback.host() + ":" + node.port)
                        .build())
            .toList();
  }

  /// Adds a node that is not in the group, and starts it.
  Node addNode(Path directory) throws IOException {
    var node = new Node(directory, nodes.getFirst().timing);
    nodes.add(node);
    node.start();
    return node;
  }

  GroupCluster start() throws IOException {
    for (Node node : nodes) {
      node.start();
      node.open();
    }
    return this;
  }

  List<Node> nodes() {
    return nodes;
  }

  RaftGroupId groupId() {
    return groupId;
  }

  Node awaitLeader() {
    return awaitLeaderAmong(nodes);
  }

  Node awaitLeaderOtherThan(Node old) {
    return awaitLeaderAmong(others(old));
  }

  private Node awaitLeaderAmong(List<Node> candidates) {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> candidates.stream().filter(Node::leads).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  static CompletableFuture<Reply> propose(Node node, String name) {
    return node.replica().propose(StandardCharsets.UTF_8.encode(name));
  }

  /// Cuts a node from all others.
  void isolate(Node node) {
    others(node).forEach(other -> Partitions.cut(node.id, other.id));
  }

  /// Cuts a node's consensus from that of all others.
  void isolateConsensus(Node node) {
    others(node).forEach(other -> Partitions.cutConsensus(node.id, other.id));
  }

  void rejoin(Node node) {
    others(node).forEach(other -> Partitions.heal(node.id, other.id));
  }

  private List<Node> others(Node node) {
    return nodes.stream().filter(other -> other != node).toList();
  }

  private Peer peer(Node from, NodeId to) {
    return new PeerOfTerms(
        asked ->
            CompletableFuture.supplyAsync(
                () -> {
                  Node node =
                      nodes.stream().filter(other -> other.id.equals(to)).findFirst().orElseThrow();
                  if (Partitions.isCut(from.id, to) || !node.up()) {
                    throw new ShardException.Unavailable("cut");
                  }
                  Map<GroupKey, Long> terms = new HashMap<>();
                  for (GroupKey key : asked.keySet()) {
                    node.server
                        .flatMap(server -> server.replica(key))
                        .ifPresent(replica -> terms.put(key, replica.currentTerm()));
                  }
                  return terms;
                },
                Thread::startVirtualThread));
  }

  @Override
  public void close() {
    for (Node node : nodes) {
      others(node).forEach(other -> Partitions.heal(node.id, other.id));
    }
    Together.forEach(nodes, Node::kill);
  }
}
