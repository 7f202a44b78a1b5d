package io.quiverdb.raft;

import io.quiverdb.core.background.Background;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.barrier.Barrier;
import io.quiverdb.raft.catalog.Catalog;
import io.quiverdb.raft.catalog.CatalogView;
import io.quiverdb.raft.catalog.ClusterCatalog;
import io.quiverdb.raft.catalog.Reconciler;
import io.quiverdb.raft.catalog.ShardMap;
import io.quiverdb.raft.membership.ClaimFile;
import io.quiverdb.raft.membership.Formation;
import io.quiverdb.raft.membership.NodeClaim;
import io.quiverdb.raft.membership.NodeKeys;
import io.quiverdb.raft.snapshot.SnapshotLeases;
import io.quiverdb.raft.snapshot.SnapshotMetrics;
import io.quiverdb.raft.snapshot.SnapshotPuller;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.RaftGroupId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All that one node replicates: its identity, its groups, and what it answers to other nodes.
public final class RaftHost implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RaftHost.class);
  private static final Duration SHARDS_POLL = Duration.ofMillis(50);
  private static final int SHARDS_POLLS_MAX = 1_200;

  private final RaftHostOptions options;
  private final Tuning tuning;
  private final Closeable directoryLock;
  private final Member member;
  private final HostedGroups hosted;
  private final NodeKeys keys;
  private final NodeClaim claim;
  private final GroupServer groups;
  private final Background background;
  private final RemoteLeaders remoteLeaders;
  private final LocalPeer self;
  private final Map<Integer, ReplicatedStore> shards = new ConcurrentHashMap<>();
  private final ReplicaMetrics replicaMetrics;
  private final SharedMetricRegistries.Reporting ratisMetrics;
  private final SnapshotLeases snapshotLeases;
  private final Healing healing;
  private final Scrub scrub;
  private final SnapshotPuller snapshotPuller;
  private volatile Optional<ClusterCatalog> catalog = Optional.empty();
  private volatile Optional<Reconciler> reconciler = Optional.empty();

  private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService checkpoints =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("checkpoints").factory());
  private final ExecutorService compactions =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("compactions").factory());
  private final ExecutorService indexing =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("indexing").factory());
  private final ExecutorService scrubs =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("scrubs").factory());
  private final ExecutorService readers =
      Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(),
          Thread.ofPlatform().daemon().name("readers-", 0).factory());
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("raft-host").factory());

  /// What only tests set otherwise.
  ///
  /// @param graphRowsMin of a segment that is given a graph
  /// @param nanoClock for what is due, never for what is true
  record Tuning(
      Background.Triggers checkpoints,
      RatisSettings.DiskSizes disk,
      Reconciler.Pace reconciling,
      Formation.Pace forming,
      int graphRowsMin,
      LongSupplier nanoClock) {
    static final Tuning PRODUCTION =
        new Tuning(
            Background.Triggers.STANDARD,
            RatisSettings.DiskSizes.PRODUCTION,
            Reconciler.Pace.PRODUCTION,
            Formation.Pace.PRODUCTION,
            Indexing.ROWS_MIN,
            System::nanoTime);
  }

  /// Opens the data directory, creating it when empty, and starts the groups found there.
  ///
  /// @throws io.quiverdb.core.StoreLockedException if another process has it open
  /// @throws io.quiverdb.core.WrongKeyException if the data is sealed under another master key;
  ///   nothing is touched then
  /// @throws io.quiverdb.core.CorruptFileException if a file does not hold what was written to it
  /// @throws UncheckedIOException if the disk fails, or the address for consensus cannot be
  ///   listened on
  public static RaftHost open(RaftHostOptions options) {
    return open(options, Tuning.PRODUCTION);
  }

  static RaftHost open(RaftHostOptions options, Tuning tuning) {
    var storage = FileStorage.at(options.dataDirectory());
    try {
      storage.createDirectories("");
      Closeable lock = storage.lock("LOCK");
      try {
        return new RaftHost(options, tuning, storage, lock);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private RaftHost(
      RaftHostOptions options, Tuning tuning, FileStorage storage, Closeable directoryLock)
      throws IOException {
    this.options = options;
    this.tuning = tuning;
    this.directoryLock = directoryLock;
    // First of all: with a wrong key nothing is touched.
    this.keys = NodeKeys.open(storage, options.masterKeys(), options.random());
    this.member = new Member(NodeIdentity.open(storage, options.random()), options.addresses());
    this.hosted =
        new HostedGroups(
            options.dataDirectory(),
            options.pageCacheBytes(),
            new Indexing(new VectorBudget(options.vectorMemoryBytes()), tuning.graphRowsMin()),
            options.random(),
            keys::ring,
            this::storeId);
    this.claim = NodeClaim.open(member.id(), new ClaimFile(storage), keys, new OwnGroups());
    this.background =
        new Background(
            tuning.checkpoints(), tuning.nanoClock(), checkpoints, compactions, indexing);
    this.replicaMetrics = new ReplicaMetrics(options.metrics());
    this.ratisMetrics = SharedMetricRegistries.reportInto(options.metrics());
    var snapshotMetrics = new SnapshotMetrics(options.metrics());
    this.snapshotLeases = new SnapshotLeases(snapshotMetrics, tuning.nanoClock());
    this.scrub =
        new Scrub(hosted, options.scrubInterval(), options.metrics(), tuning.nanoClock(), scrubs);
    this.healing =
        new Healing(
            hosted,
            this::groups,
            this::otherMembers,
            snapshotLeases,
            options.timing().electionTimeoutMax().multipliedBy(2),
            tuning.nanoClock(),
            waiting);
    this.snapshotPuller =
        new SnapshotPuller(
            options.dataDirectory().resolve("incoming"),
            options.snapshots().bytesPerSecond(),
            this::otherMembers,
            id -> peer(id).snapshots(),
            healing,
            snapshotMetrics,
            tuning.nanoClock(),
            waiting);
    this.self =
        new LocalPeer(
            this::status,
            claim,
            this::replica,
            number -> Optional.ofNullable(shards.get(number)),
            () -> catalog,
            new LocalSnapshots(snapshotLeases, hosted::shard, this::replica, waiting),
            options.timing().electionTimeoutMax().multipliedBy(2),
            waiting);
    this.remoteLeaders = new RemoteLeaders(this::peer);
    try {
      this.groups = new GroupServer(serverOptions(), knownGroups());
    } catch (IOException | RuntimeException e) {
      stopThreads();
      closeState();
      throw e;
    }
    try {
      serveAll();
    } catch (RuntimeException e) {
      stopServing();
      throw e;
    }
  }

  private void serveAll() {
    replicaMetrics.registerUnderReplicated(
        groups::replicas,
        () -> claim.current().map(Claim::replicationFactor).orElse(0),
        options.timing().electionTimeoutMax().multipliedBy(2));
    replicaMetrics.registerPageCache(hosted.pageCache());
    replicaMetrics.registerVectorBudget(hosted.vectorBudget());
    groups.replicas().forEach(this::serve);
    var _ = scheduler.scheduleWithFixedDelay(this::tick, 250, 250, TimeUnit.MILLISECONDS);
    claim.current().ifPresent(this::warnOfOtherAddresses);
  }

  private GroupServer.Options serverOptions() {
    String address = options.addresses().raft();
    var barrier =
        new Barrier(
            member.id(), this::peer, options.timing().electionTimeoutMax(), options.metrics());
    return new GroupServer.Options(
        member.id(),
        options.dataDirectory(),
        options.raftBindHost(),
        Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)),
        options.timing(),
        tuning.disk().with(options.snapshots()),
        hosted::state,
        () -> keys.ring().catalog(member.id().uuid()),
        barrier,
        this::needSnapshot,
        tuning.nanoClock(),
        options.metrics(),
        options.onFatal());
  }

  private UUID storeId(ShardGroup shard) {
    return GroupIds.of(claim.current().orElseThrow().clusterId(), shard).getUuid();
  }

  private Map<RaftGroupId, GroupKey> knownGroups() {
    return claim.current().map(current -> GroupIds.of(current, member.id())).orElse(Map.of());
  }

  private void warnOfOtherAddresses(Claim current) {
    for (Member claimed : current.members()) {
      if (claimed.id().equals(member.id()) && !claimed.addresses().equals(member.addresses())) {
        log.warn(
            "addresses differ from those that other nodes know now={} known={}",
            member.addresses(),
            claimed.addresses());
      }
    }
  }

  // --- snapshots of other members

  private void needSnapshot(GroupKey group, Optional<NodeId> leader, long firstIndex) {
    switch (group) {
      case ShardGroup shard -> snapshotPuller.need(shard, leader, firstIndex);
      case CatalogGroup catalogue ->
          log.error("log of the leader begins late group={} first={}", catalogue, firstIndex);
    }
  }

  private List<NodeId> otherMembers(ShardGroup shard) {
    return claim.current().stream()
        .flatMap(current -> ShardMap.of(current).shards().get(shard.number()).members().stream())
        .filter(id -> !id.equals(member.id()))
        .toList();
  }

  // --- groups

  /// The groups of this node, as its claim opens them.
  private final class OwnGroups implements NodeClaim.Groups {
    @Override
    public boolean anyExists() {
      Path directory = options.dataDirectory().resolve("raft");
      if (!Files.isDirectory(directory)) {
        return false;
      }
      try (var names = Files.newDirectoryStream(directory)) {
        return names.iterator().hasNext();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public CompletableFuture<Void> open(Claim current, GroupKey key) {
      return CompletableFuture.runAsync(
          () -> {
            try {
              var id = GroupIds.of(current.clusterId(), key);
              serve(groups.open(id, key, GroupIds.members(current, key)));
            } catch (IOException e) {
              throw new ShardException.Failed(key + ": cannot be opened", e);
            }
          },
          waiting);
    }
  }

  private synchronized void serve(Replica replica) {
    replicaMetrics.register(replica);
    switch (replica.key()) {
      case CatalogGroup() -> serveCatalog(replica);
      case ShardGroup(int number) ->
          hosted.shard(number).ifPresent(state -> serveShard(number, replica, state));
    }
  }

  private void serveShard(int number, Replica replica, StoreState state) {
    if (shards.containsKey(number)) {
      return;
    }
    replicaMetrics.registerStore(replica.key(), state);
    var checkpointed =
        new ShardCheckpoints(
            replica, state, groups::publishCheckpoint, options.onFatal(), options.metrics());
    var shardKey = new ShardGroup(number);
    var shard =
        new ReplicatedStore(
            number,
            member.id(),
            replica,
            state,
            this::peer,
            readers,
            waiting,
            collectionId -> compactions.execute(() -> checkpointed.compact(collectionId)),
            () -> healing.canBeHealed(shardKey),
            options.metrics());
    replicaMetrics.registerWrites(replica.key(), shard.writes());
    shards.put(number, shard);
    background.watch(checkpointed);
  }

  private void serveCatalog(Replica replica) {
    if (catalog.isPresent()) {
      return;
    }
    catalog = Optional.of(new ClusterCatalog(replica, hosted.catalog(), this::peer, waiting));
    var reconciling =
        new Reconciler(
            claim.current().orElseThrow(),
            replica,
            hosted.catalog(),
            this::peer,
            this::leaderOf,
            scheduler,
            tuning.reconciling());
    reconciler = Optional.of(reconciling);
    reconciling.start();
  }

  private GroupServer groups() {
    return groups;
  }

  private Optional<Replica> replica(GroupKey key) {
    return groups.replica(key);
  }

  private void tick() {
    try {
      background.tick();
      snapshotLeases.expire();
      healing.tick(snapshotPuller);
      scrub.tick();
      snapshotPuller.tidy();
      remoteLeaders.refresh(claim.current(), shards.keySet());
    } catch (RuntimeException e) {
      log.warn("tick failed", e);
    }
  }

  // --- who is who

  public Member member() {
    return member;
  }

  /// What this node answers to its peers, and to itself.
  public Peer self() {
    return self;
  }

  /// A member of the cluster, this node included.
  ///
  /// @throws ShardException.Unavailable if no such member is known
  public Peer peer(NodeId id) {
    if (id.equals(member.id())) {
      return self;
    }
    return claim()
        .flatMap(
            current -> current.members().stream().filter(other -> other.id().equals(id)).findAny())
        .map(other -> options.transport().at(other.addresses().peer()))
        .orElseThrow(() -> new ShardException.Unavailable("node " + id + ": not known"));
  }

  // --- the cluster

  /// Whether what this node stores and replicates is encrypted.
  public boolean encrypts() {
    return keys.encrypts();
  }

  /// The claim this node has made durable, if any.
  public Optional<Claim> claim() {
    return claim.current();
  }

  /// Makes one cluster of the nodes at these addresses, or joins the forming that another call
  /// began. Complete when every shard has a leader.
  ///
  /// @param shards 0 for the default: the larger of 3 and the number of nodes
  /// @param replicationFactor 0 for the default: 3, or the number of nodes if that is less
  public CompletableFuture<Claim> form(
      List<String> peerAddresses, int shards, int replicationFactor) {
    var formation =
        new Formation(
            options.transport(),
            scheduler,
            options.random(),
            RatisSettings.ENTRY_BYTES_MAX,
            keys,
            tuning.forming());
    return formation
        .form(peerAddresses, shards, replicationFactor)
        .thenCompose(formed -> awaitShards(formed, 1));
  }

  /// Until each shard has a leader, and has its slots where this node can see that.
  private CompletableFuture<Claim> awaitShards(Claim formed, int poll) {
    boolean isUp = true;
    for (int number = 0; number < formed.shards(); number++) {
      isUp &=
          leader(number).isPresent()
              && hosted.shard(number).stream().allMatch(state -> state.store().epoch() > 0);
    }
    if (isUp) {
      return CompletableFuture.completedFuture(formed);
    }
    if (poll == SHARDS_POLLS_MAX) {
      return CompletableFuture.failedFuture(
          new ShardException.OutcomeUnknown(
              "cluster %s: formed, but a shard has no leader yet".formatted(formed.clusterId())));
    }
    var again = new CompletableFuture<Void>();
    var _ =
        scheduler.schedule(
            () -> again.complete(null), SHARDS_POLL.toMillis(), TimeUnit.MILLISECONDS);
    return again.thenCompose(_ -> awaitShards(formed, poll + 1));
  }

  /// Empty until the cluster is formed and known here.
  public Optional<Catalog> catalog() {
    return catalog.filter(_ -> hosted.catalog().view().isPresent()).map(open -> open);
  }

  // --- shards

  /// A shard, wherever it is led: found, and found again when the leader changes, by its caller.
  ///
  /// @throws ShardException.Unavailable if no leader is known
  public Shard leaderOf(int shard) {
    var leader =
        leader(shard)
            .orElseThrow(
                () ->
                    new ShardException.Unavailable(new ShardGroup(shard) + ": no leader is known"));
    return peer(leader).shard(shard);
  }

  /// Who leads a shard, as far as this node knows.
  public Optional<NodeId> leader(int shard) {
    return replica(new ShardGroup(shard))
        .map(Replica::leader)
        .orElseGet(() -> remoteLeaders.leader(shard));
  }

  // --- state

  /// How this node and its replicas fare.
  public NodeStatus status() {
    return StatusReport.of(
        member,
        options.version(),
        claim(),
        hosted.catalog().view().map(CatalogView::clusterId),
        keys.held().map(WrappedCatalogKey::masterKeyId),
        groups.alive(),
        knownGroups().values(),
        groups.replicas(),
        this::snapshotProgress);
  }

  private Optional<SnapshotPuller.Progress> snapshotProgress(GroupKey group) {
    return group instanceof ShardGroup shard ? snapshotPuller.progress(shard) : Optional.empty();
  }

  // --- the end

  /// Hands leadership over, where another member can take it, within `timeout`.
  public void handOverLeadership(Duration timeout) {
    var moves =
        groups.replicas().stream()
            .filter(Replica::leaderReady)
            .map(replica -> CompletableFuture.runAsync(() -> replica.handOver(timeout), waiting))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(moves).join();
  }

  /// Checkpoints every shard.
  ///
  /// @throws io.quiverdb.core.StoreFailedException if the disk fails
  public void checkpoint() {
    background.checkpointAll();
  }

  /// Serves nothing any more, and lets go of the data directory. Hands no leadership over.
  @Override
  public void close() {
    stopServing();
    try {
      directoryLock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("data directory: its lock cannot be released", e);
    }
  }

  private void stopServing() {
    snapshotPuller.close();
    reconciler.ifPresent(Reconciler::close);
    catalog.ifPresent(ClusterCatalog::close);
    checkpoints.shutdown();
    groups.close();
    stopThreads();
    closeState();
  }

  private void closeState() {
    snapshotLeases.close();
    hosted.close();
    replicaMetrics.close();
    ratisMetrics.close();
  }

  private void stopThreads() {
    scheduler.shutdownNow();
    checkpoints.shutdown();
    compactions.shutdown();
    indexing.shutdown();
    scrubs.shutdown();
    readers.shutdown();
    waiting.shutdown();
  }
}
