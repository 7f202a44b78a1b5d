package io.quiverdb.raft.catalog;

import io.quiverdb.core.Position;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Verification;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.raft.CatalogOrder;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupMembers;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.Peer;
import io.quiverdb.raft.ReadIndex;
import io.quiverdb.raft.ReplicaErasure;
import io.quiverdb.raft.SegmentCounts;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.TestKeyRing;
import io.quiverdb.raft.membership.ClaimFile;
import io.quiverdb.raft.membership.NodeClaim;
import io.quiverdb.raft.membership.NodeKeys;
import io.quiverdb.raft.snapshot.SnapshotSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// A node that may crash and come back with what it had made durable.
public final class SimulatedNode implements Peer {
  private static final Reconciler.Pace PACE =
      new Reconciler.Pace(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofMillis(500));

  private final SimulatedCluster cluster;
  private final Random random;
  private final Member self;

  /// That its release supports.
  private VersionRange levels = VersionRange.FIRST;

  // On disk.
  private SimulatedStorage storage = new SimulatedStorage();
  private Set<GroupKey> groups = new HashSet<>();
  private final Set<Long> erased = new HashSet<>();

  /// Empty while it is down.
  private Optional<Running> process = Optional.empty();

  private final class Running {
    private final Simulation.Scheduler scheduler = cluster.simulation().scheduler();
    private final NodeKeys keys;
    private final NodeClaim claim;
    private Optional<Catalogue> catalogue = Optional.empty();

    Running() throws IOException {
      keys = NodeKeys.open(storage, List.of(TestKeyRing.MASTER), new SecureRandom());
      claim = NodeClaim.open(self.id(), new ClaimFile(storage), keys, new Groups());
      if (groups.contains(new GroupKey.CatalogGroup())) {
        openCatalogue(claim.current().orElseThrow());
      }
    }

    void openCatalogue(Claim held) {
      if (catalogue.isEmpty()) {
        catalogue = Optional.of(new Catalogue(held));
      }
    }

    private final class Catalogue {
      private final CatalogReplica replica =
          new CatalogReplica(
              new SimulatedStorage(),
              new CatalogKeys(() -> TestKeyRing.INSTANCE),
              new CatalogLevels(levels, Map.of()));
      private final SimulatedGroup.Member member;
      private final ClusterCatalog view;

      Catalogue(Claim held) {
        member = cluster.group(held).join(self.id(), replica);
        view = new ClusterCatalog(member, replica, Running.this::peer, scheduler);
        new Reconciler(
                held,
                member,
                replica,
                Running.this::peer,
                number -> cluster.shardFrom(SimulatedNode.this, held, number),
                _ -> Optional.empty(),
                Optional::empty,
                scheduler,
                PACE)
            .start();
      }
    }

    private Peer peer(NodeId to) {
      return new RemotePeer(cluster, SimulatedNode.this, cluster.node(to));
    }
  }

  private final class Groups implements NodeClaim.Groups {
    @Override
    public boolean anyExists() {
      return !groups.isEmpty();
    }

    @Override
    public CompletableFuture<Void> open(Claim claim, GroupKey group) {
      groups.add(group);
      if (group instanceof GroupKey.CatalogGroup) {
        process().openCatalogue(claim);
      }
      cluster.checkOneCluster();
      return CompletableFuture.completedFuture(null);
    }
  }

  SimulatedNode(SimulatedCluster cluster, Member self, Random random) {
    this.cluster = cluster;
    this.self = self;
    this.random = random;
    start();
  }

  public NodeId id() {
    return self.id();
  }

  public String address() {
    return self.addresses().peer();
  }

  public boolean isUp() {
    return process.isPresent();
  }

  public Simulation.Scheduler scheduler() {
    return process().scheduler;
  }

  public NodeKeys keys() {
    return process().keys;
  }

  public boolean has(GroupKey group) {
    return groups.contains(group);
  }

  public Optional<Claim> heldClaim() {
    return process.flatMap(running -> running.claim.current());
  }

  /// Empty while it is down or has no catalogue.
  Optional<ClusterCatalog> catalog() {
    return process.flatMap(running -> running.catalogue).map(catalogue -> catalogue.view);
  }

  Optional<CatalogReplica> replica() {
    return process.flatMap(running -> running.catalogue).map(catalogue -> catalogue.replica);
  }

  void start() {
    try {
      process = Optional.of(new Running());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Lets it crash at one of its next calls of the disk.
  void crashSoonAtTheDisk() {
    storage.crashAt(1 + random.nextInt(6));
  }

  void keepTheDisk() {
    storage.crashAt(Long.MAX_VALUE / 2);
  }

  boolean hasCrashedDisk() {
    return storage.crashed();
  }

  public void crash() {
    process.ifPresent(
        running -> {
          running.scheduler.shutdown();
          running.claim.current().ifPresent(held -> cluster.group(held).leave(self.id()));
        });
    process = Optional.empty();
    storage = storage.afterCrash(random);
  }

  /// Comes back with a release that supports another level, too.
  void upgrade() {
    if (isUp()) {
      crash();
    }
    levels = SimulatedGroup.LEVELS;
    start();
  }

  VersionRange levels() {
    return levels;
  }

  /// Comes back without its claim, if it has no group.
  void crashAndLoseClaim() {
    if (groups.isEmpty()) {
      crash();
      storage = new SimulatedStorage();
      start();
    }
  }

  private Running process() {
    return process.orElseThrow();
  }

  @Override
  public CompletableFuture<NodeStatus> status() {
    var clusterId = replica().flatMap(CatalogReplica::view).map(CatalogView::clusterId);
    return CompletableFuture.completedFuture(
        new NodeStatus(
            self, "test", clusterId, Optional.empty(), Optional.of(levels), List.of(), List.of()));
  }

  @Override
  public CompletableFuture<Optional<Claim>> claim() {
    return process().claim.claim();
  }

  @Override
  public CompletableFuture<Claim> claim(Claim claim) {
    return process().claim.claim(claim);
  }

  @Override
  public CompletableFuture<Void> openGroup(UUID clusterId, GroupKey group) {
    return process().claim.openGroup(clusterId, group);
  }

  @Override
  public CompletableFuture<Map<GroupKey, ReadIndex>> readIndexes(Set<GroupKey> groups) {
    return process()
        .catalogue
        .orElseThrow()
        .member
        .readIndex()
        .<ReadIndex>thenApply(ReadIndex.At::new)
        .exceptionally(
            failure ->
                new ReadIndex.Refused(
                    (ShardException) (failure.getCause() == null ? failure : failure.getCause())))
        .thenApply(answer -> Map.of(groups.iterator().next(), answer));
  }

  @Override
  public CompletableFuture<CatalogWritten> writeCatalog(CatalogWrite write) {
    return catalog().orElseThrow().writeAsLeader(write);
  }

  @Override
  public CompletableFuture<Map<GroupKey, Long>> currentTerms(Map<GroupKey, Long> asked) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Shard shard(int number) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> transferLeader(GroupKey group, NodeId target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SnapshotSource snapshots() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<SegmentCounts> compact(int shard, long collectionId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Verification> verify(int shard, long collectionId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Optional<StateHash>> hashAt(GroupKey group, Position position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> admit(Member member, VersionRange levels) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Optional<ByteBuffer>> catalogCopy(long after, boolean linearizable) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ByteBuffer> catalogCheckpoint() {
    throw new UnsupportedOperationException();
  }

  /// Takes a while, and has forgotten nothing after a crash.
  @Override
  public CompletableFuture<List<ReplicaErasure>> erasure(long collectionId, boolean advance) {
    if (random.nextBoolean()) {
      erased.add(collectionId);
    }
    List<String> outstanding =
        erased.contains(collectionId) ? List.of() : List.of("log: not purged yet");
    return CompletableFuture.completedFuture(
        groups.stream().map(group -> new ReplicaErasure(group, outstanding)).toList());
  }

  boolean hasErased(long collectionId) {
    return erased.contains(collectionId);
  }

  @Override
  public CompletableFuture<Void> openReplica(
      GroupKey group, CatalogOrder order, long moveIndex, long floor) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> removeReplica(
      GroupKey group, CatalogOrder order, UUID incarnation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<GroupMembers> members(GroupKey group) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> changeMembers(
      GroupKey group, List<List<NodeId>> path, List<Member> known) {
    throw new UnsupportedOperationException();
  }
}
