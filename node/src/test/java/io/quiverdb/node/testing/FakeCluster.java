package io.quiverdb.node.testing;

import io.quiverdb.core.Damage;
import io.quiverdb.core.IndexDigest;
import io.quiverdb.core.Position;
import io.quiverdb.core.Recall;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.core.Verification;
import io.quiverdb.core.VersionRange;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.Incarnation;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ReplicaErasure;
import io.quiverdb.raft.ReplicaStatus;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.catalog.Catalog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Three nodes in memory, seen from the first, which leads every group at the start.
public final class FakeCluster implements Cluster {
  public static final String MASTER_KEY_ID = "00112233445566778899aabbccddeeff";
  private static final VersionRange FEATURE_LEVELS = new VersionRange(1, 2);
  private static final int NODES = 3;

  private final UUID clusterId = new UUID(7, 7);
  private final List<Member> members =
      IntStream.rangeClosed(1, NODES)
          .mapToObj(
              number ->
                  new Member(
                      new NodeId(new UUID(0, number)),
                      new NodeAddresses(
                          "node" + number + ":7070",
                          "node" + number + ":7071",
                          "node" + number + ":7072")))
          .toList();
  private final List<FakeShard> shards;
  private final FakeCatalog catalog;
  private final Map<Integer, NodeId> leaders = new HashMap<>();
  private final Map<Integer, NodeId> believedLeaders = new HashMap<>();
  private NodeId catalogLeader;
  private NodeId believedCatalogLeader;
  private final Set<NodeId> down = new HashSet<>();
  private final Set<NodeId> behind = new HashSet<>();
  private final Map<NodeId, StateHash> oddHashes = new HashMap<>();
  private final List<String> calls = new ArrayList<>();

  private boolean formed;
  private boolean claimed;
  private List<String> reasons = List.of();
  private Optional<RuntimeException> formingFault = Optional.empty();

  private FakeCluster(int shardCount, boolean formed) {
    this.shards = IntStream.range(0, shardCount).mapToObj(FakeShard::new).toList();
    this.catalog = new FakeCatalog(clusterId, members, shards);
    this.formed = formed;
    this.catalogLeader = members.getFirst().id();
    this.believedCatalogLeader = catalogLeader;
    shards.forEach(shard -> lead(shard.number(), self()));
  }

  public static FakeCluster formed(int shardCount) {
    return new FakeCluster(shardCount, true);
  }

  public static FakeCluster unformed() {
    return new FakeCluster(3, false);
  }

  // --- what tests arrange and see

  public FakeShard shard(int number) {
    return shards.get(number);
  }

  public FakeCatalog formedCatalog() {
    return catalog;
  }

  /// By number, from 0; the first is this node.
  public NodeId node(int number) {
    return members.get(number).id();
  }

  /// Makes `node` the leader, as everybody knows.
  public synchronized void lead(int shard, NodeId node) {
    leaders.put(shard, node);
    believedLeaders.put(shard, node);
  }

  /// Makes `node` the leader in truth, which this node does not know.
  public synchronized void leadSecretly(int shard, NodeId node) {
    leaders.put(shard, node);
  }

  /// Makes `node` the catalogue's leader, as everybody knows.
  public synchronized void leadCatalog(NodeId node) {
    catalogLeader = node;
    believedCatalogLeader = node;
  }

  /// Makes `node` the catalogue's leader in truth, which only the other nodes know.
  public synchronized void leadCatalogSecretly(NodeId node) {
    catalogLeader = node;
  }

  public synchronized void forgetLeader(int shard) {
    believedLeaders.remove(shard);
  }

  public synchronized void stop(NodeId node) {
    down.add(node);
  }

  /// Has not applied what others have, and does not until the end.
  public synchronized void fallBehind(NodeId node) {
    behind.add(node);
  }

  public synchronized void becomeUnready(String... why) {
    reasons = List.of(why);
  }

  /// Is to be of a cluster, which is not formed yet or not known here.
  public synchronized void claim() {
    claimed = true;
  }

  public synchronized void failForming(RuntimeException fault) {
    formingFault = Optional.of(fault);
  }

  public synchronized void corrupt(NodeId node) {
    oddHashes.put(node, new StateHash(-1, -1));
  }

  public synchronized void mend(NodeId node) {
    oddHashes.remove(node);
  }

  /// Every call that reached a replica, as `node/shard`, the nodes by number, or `node/catalogue`.
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  /// Live points on all shards.
  public long points() {
    return shards.stream().mapToLong(FakeShard::points).sum();
  }

  // --- what its parts ask

  synchronized void noteCall(NodeId node, int shard) {
    noteCall(node, Integer.toString(shard));
  }

  private void noteCall(NodeId node, String group) {
    calls.add((node.uuid().getLeastSignificantBits() - 1) + "/" + group);
  }

  synchronized ReadIndex catalogReadIndex(NodeId node) {
    var group = new GroupKey.CatalogGroup();
    noteCall(node, group.toString());
    return node.equals(catalogLeader)
        ? new ReadIndex.At(catalog.view().index())
        : new ReadIndex.Refused(
            new ShardException.NotLeader(group.toString(), Optional.of(catalogLeader)));
  }

  synchronized Optional<NodeId> trueLeader(int shard) {
    return Optional.ofNullable(leaders.get(shard));
  }

  synchronized boolean isBehind(NodeId node) {
    return behind.contains(node);
  }

  synchronized boolean isDown(NodeId node) {
    return down.contains(node);
  }

  /// Of a node whose replicas are corrupt, every file is damaged.
  synchronized Verification verificationOf(NodeId node, int shard) {
    if (!oddHashes.containsKey(node)) {
      return new Verification(
          1,
          Position.START,
          5,
          1000,
          10,
          Optional.empty(),
          List.of(),
          0,
          new IndexCoverage(6, 2, 1, 1, 4096, 512),
          List.of(
              new IndexDigest(
                  1, OptionalLong.of(3), "quiver.graph", "gen-1/idx-3", 99, "0f".repeat(32))));
    }
    var damage =
        new Damage("gen-1/shard-" + shard, OptionalLong.of(2), 32768, "page checksum", "aa", "bb");
    return new Verification(
        1,
        Position.START,
        5,
        1000,
        8,
        Optional.empty(),
        Collections.nCopies(150, damage),
        150,
        IndexCoverage.NOTHING,
        List.of());
  }

  synchronized StateHash hashOf(NodeId node, GroupKey group) {
    var hash =
        switch (group) {
          case GroupKey.CatalogGroup() -> new StateHash(7, catalog.view().index());
          case GroupKey.ShardGroup(int number) -> shards.get(number).hash();
        };
    return oddHashes.getOrDefault(node, hash);
  }

  /// A node that is corrupt still has the log of shard 1.
  synchronized List<ReplicaErasure> erasureOn(NodeId node) {
    return List.of(
        new ReplicaErasure(new GroupKey.CatalogGroup(), List.of()),
        new ReplicaErasure(
            new GroupKey.ShardGroup(1),
            oddHashes.containsKey(node) ? List.of("log: not purged yet") : List.of()));
  }

  synchronized NodeStatus statusOf(NodeId node) {
    var member = members.stream().filter(each -> each.id().equals(node)).findFirst().orElseThrow();
    return new NodeStatus(
        member,
        "test",
        formed ? Optional.of(clusterId) : Optional.empty(),
        Optional.of(MASTER_KEY_ID),
        Optional.of(FEATURE_LEVELS),
        reasons,
        Stream.concat(
                Stream.of(catalogReplica(node)), shards.stream().map(shard -> replica(node, shard)))
            .toList());
  }

  private ReplicaStatus catalogReplica(NodeId node) {
    var leader = node.equals(self()) ? believedCatalogLeader : catalogLeader;
    return new ReplicaStatus(
        new GroupKey.CatalogGroup(),
        new Incarnation(new UUID(9, 9), 0),
        leader.equals(node) ? ReplicaStatus.Role.LEADER : ReplicaStatus.Role.FOLLOWER,
        1,
        Optional.of(leader),
        catalog.view().index(),
        catalog.view().index(),
        -1,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private ReplicaStatus replica(NodeId node, FakeShard shard) {
    var leader = trueLeader(shard.number());
    return new ReplicaStatus(
        new GroupKey.ShardGroup(shard.number()),
        new Incarnation(new UUID(9, shard.number()), 0),
        leader.equals(Optional.of(node)) ? ReplicaStatus.Role.LEADER : ReplicaStatus.Role.FOLLOWER,
        1,
        leader,
        shard.position().index(),
        shard.position().index(),
        -1,
        shard.points(),
        Optional.of(new IndexCoverage(6, 2, 1, 1, 4096, 512)),
        Optional.of(new Recall(8, 80, 76)),
        Optional.empty());
  }

  // --- the cluster

  @Override
  public NodeId self() {
    return members.getFirst().id();
  }

  @Override
  public synchronized Optional<Catalog> catalog() {
    return formed ? Optional.of(catalog) : Optional.empty();
  }

  @Override
  public synchronized boolean awaitsInit() {
    return !formed && !claimed;
  }

  @Override
  public synchronized Optional<NodeId> leader(int shard) {
    return Optional.ofNullable(believedLeaders.get(shard));
  }

  @Override
  public Peer peer(NodeId id) {
    return new FakePeer(id, this);
  }

  @Override
  public boolean encrypts() {
    return true;
  }

  @Override
  public NodeStatus status() {
    return statusOf(self());
  }

  @Override
  public synchronized CompletableFuture<Claim> form(int shardCount, int replicationFactor) {
    if (formingFault.isPresent()) {
      return CompletableFuture.failedFuture(formingFault.get());
    }
    if (shardCount > shards.size()) {
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable("shards: " + shardCount + " (expected: the fake's)"));
    }
    formed = true;
    return CompletableFuture.completedFuture(
        new Claim(clusterId, members, shards.size(), NODES, 4 << 20, Optional.empty()));
  }
}
