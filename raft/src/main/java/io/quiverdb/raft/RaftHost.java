package io.quiverdb.raft;

import com.google.protobuf.ByteString;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Store;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.background.Background;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.index.VectorBudget;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.barrier.Barrier;
import io.quiverdb.raft.barrier.LeaderIndexes;
import io.quiverdb.raft.catalog.Catalog;
import io.quiverdb.raft.catalog.CatalogKeys;
import io.quiverdb.raft.catalog.CatalogLevels;
import io.quiverdb.raft.catalog.CatalogView;
import io.quiverdb.raft.catalog.CatalogWrite;
import io.quiverdb.raft.catalog.ClusterCatalog;
import io.quiverdb.raft.catalog.PulledCatalog;
import io.quiverdb.raft.catalog.Reconciler;
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
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  private final LeaderIndexes leaderIndexes;
  private final LocalPeer self;
  private final Map<Integer, ReplicatedStore> shards = new ConcurrentHashMap<>();
  private final Map<Integer, ShardCheckpoints> checkpointed = new ConcurrentHashMap<>();
  private final ReplicaMetrics replicaMetrics;
  private final SharedMetricRegistries.Reporting ratisMetrics;
  private final SnapshotLeases snapshotLeases;
  private final Healing healing;
  private final Scrub scrub;
  private final RecallScrub recallScrub;
  private final DiskSpace diskSpace;
  private final DiskGuard diskGuard;
  private final Supervisor supervisor;
  private final SnapshotPuller snapshotPuller;
  private final CatalogInstall catalogInstall;

  /// What this node knows of the catalogue while it does not replicate it.
  private final PulledCatalog pulled;

  private volatile Optional<ClusterCatalog> catalog = Optional.empty();
  private final AtomicBoolean keepingCatalog = new AtomicBoolean();
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
  /// @param probe tells how full the disk is
  /// @param levels those of this release, or of another
  /// @param states of shards, each by what opens its store
  /// @param nanoClock for what is due, never for what is true
  record Tuning(
      Background.Triggers checkpoints,
      RatisSettings.DiskSizes disk,
      Reconciler.Pace reconciling,
      Formation.Pace forming,
      int graphRowsMin,
      DiskSpace.Probe probe,
      FeatureLevels levels,
      Function<Supplier<Store>, StoreState> states,
      LongSupplier nanoClock) {
    static final Tuning PRODUCTION =
        new Tuning(
            Background.Triggers.STANDARD,
            RatisSettings.DiskSizes.PRODUCTION,
            Reconciler.Pace.PRODUCTION,
            Formation.Pace.PRODUCTION,
            Indexing.ROWS_MIN,
            DiskSpace::ofFileStore,
            FeatureLevels.CURRENT,
            StoreState::new,
            System::nanoTime);
  }

  /// Opens the data directory, creating it when empty, and starts the groups found there.
  ///
  /// @throws io.quiverdb.core.StoreLockedException if another process has it open
  /// @throws io.quiverdb.core.WrongKeyException if the data is sealed under another master key;
  ///   nothing is touched then
  /// @throws io.quiverdb.core.CorruptFileException if a file does not hold what was written to it
  /// @throws io.quiverdb.core.FeatureLevelException if the cluster has a feature level that this
  ///   release does not support
  /// @throws io.quiverdb.core.UnsupportedFormatException if a store has
  /// @throws RecoveryException.Unfinished if a recovery was begun and not finished
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
        ClusterRecovery.requireNotBegun(options.dataDirectory());
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
            storage,
            options.pageCacheBytes(),
            new Indexing(new VectorBudget(options.vectorMemoryBytes()), tuning.graphRowsMin()),
            options.random(),
            keys::ring,
            this::storeId,
            tuning.levels(),
            tuning.states());
    this.claim = NodeClaim.open(member.id(), new ClaimFile(storage), keys, new OwnGroups());
    this.pulled =
        new PulledCatalog(
            member.id(),
            storage,
            new CatalogKeys(keys::ring),
            CatalogLevels.of(tuning.levels()),
            this::peer);
    if (claim.current().isPresent()) {
      pulled.load(claim.current().get().clusterId());
    }
    this.background =
        new Background(
            tuning.checkpoints(), tuning.nanoClock(), checkpoints, compactions, indexing);
    this.replicaMetrics = new ReplicaMetrics(options.metrics());
    this.ratisMetrics = SharedMetricRegistries.reportInto(options.metrics());
    var snapshotMetrics = new SnapshotMetrics(options.metrics());
    this.snapshotLeases = new SnapshotLeases(snapshotMetrics, tuning.nanoClock());
    this.scrub =
        new Scrub(hosted, options.scrubInterval(), options.metrics(), tuning.nanoClock(), scrubs);
    this.recallScrub =
        new RecallScrub(
            hosted,
            options.recallRowsPerMinute(),
            replicaMetrics,
            new Random(options.random().nextLong()),
            tuning.nanoClock(),
            scrubs);
    this.healing =
        new Healing(
            hosted,
            this::groups,
            this::otherMembers,
            snapshotLeases,
            options.timing().electionTimeoutMax().multipliedBy(2),
            tuning.nanoClock(),
            waiting,
            this::serve);
    this.supervisor =
        new Supervisor(
            this::groups,
            this::isToGo,
            snapshotLeases,
            options.onFatal(),
            options.metrics(),
            tuning.nanoClock(),
            waiting);
    this.diskSpace = new DiskSpace(options.dataDirectory(), tuning.probe());
    this.diskGuard =
        new DiskGuard(
            diskSpace,
            this::groups,
            options.timing().electionTimeoutMax().multipliedBy(2),
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
    this.catalogInstall =
        new CatalogInstall(
            hosted, this::groups, () -> otherMembers(new CatalogGroup()), this::peer, waiting);
    this.self =
        new LocalPeer(
            this::status,
            claim,
            this::replica,
            number -> Optional.ofNullable(shards.get(number)),
            () -> catalog,
            pulled::copy,
            () -> hosted.catalog().sealCheckpoint(configuration(new CatalogGroup())),
            new Membership(),
            new Erasing(
                hosted,
                this::groups,
                number -> Optional.ofNullable(checkpointed.get(number)),
                snapshotLeases,
                snapshotPuller,
                pulled,
                options.timing().electionTimeoutMax().multipliedBy(2)),
            new LocalSnapshots(
                snapshotLeases, hosted::shard, this::replica, this::configuration, waiting),
            options.timing().electionTimeoutMax().multipliedBy(2),
            waiting);
    this.remoteLeaders = new RemoteLeaders(this::peer);
    this.leaderIndexes =
        new LeaderIndexes(
            this::peer, options.timing().electionTimeoutMax().multipliedBy(2), options.metrics());
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
        () ->
            view()
                .map(view -> view.membership().replicationFactor())
                .or(() -> claim.current().map(Claim::replicationFactor))
                .orElse(0),
        options.timing().electionTimeoutMax().multipliedBy(2));
    replicaMetrics.registerDisk(diskSpace);
    replicaMetrics.registerFeatureLevels(
        () -> view().map(CatalogView::featureLevel).orElse(0),
        tuning.levels().supported().newest());
    replicaMetrics.registerClosed(
        () -> groups.quarantine().replicas().size(), () -> groups.unopened().size());
    replicaMetrics.registerErasing(
        () ->
            view()
                .map(view -> view.shreddings().stream().filter(one -> !one.complete()).count())
                .orElse(0L)
                .intValue());
    replicaMetrics.registerPageCache(hosted.pageCache());
    replicaMetrics.registerVectorBudget(hosted.vectorBudget());
    groups.replicas().forEach(this::serve);
    var _ = scheduler.scheduleWithFixedDelay(this::tick, 250, 250, TimeUnit.MILLISECONDS);
    claim.current().ifPresent(this::warnOfOtherAddresses);
  }

  private GroupServerOptions serverOptions() {
    String address = options.addresses().raft();
    var barrier =
        new Barrier(
            member.id(), this::peer, options.timing().electionTimeoutMax(), options.metrics());
    return new GroupServerOptions(
        member.id(),
        options.dataDirectory(),
        options.raftBindHost(),
        Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)),
        options.tls(),
        options.timing(),
        tuning.disk().with(options.snapshots()),
        hosted::state,
        new Stores(),
        this::namedByCatalogue,
        this::stopServing,
        () -> keys.ring().catalog(member.id().uuid()),
        diskSpace,
        barrier,
        this::needSnapshot,
        tuning.nanoClock(),
        options.metrics(),
        options.onFatal());
  }

  private UUID storeId(ShardGroup shard) {
    return GroupIds.of(claim.current().orElseThrow().foundingId(), shard).getUuid();
  }

  private Map<RaftGroupId, GroupKey> knownGroups() {
    return claim.current().map(GroupIds::of).orElse(Map.of());
  }

  private final class Stores implements GroupStores {
    @Override
    public void delete(GroupKey group) throws IOException {
      if (group instanceof ShardGroup shard && !snapshotPuller.abandon(shard)) {
        throw new ShardException.Unavailable(group + ": a snapshot is still being fetched for it");
      }
      hosted.delete(group);
    }

    @Override
    public void close(GroupKey group) {
      hosted.close(group);
    }
  }

  /// As the copy on the disk has it: before the node is up, nothing else tells.
  private List<GroupKey> namedByCatalogue() {
    return pulled.held().stream()
        .flatMap(view -> view.membership().placements().entrySet().stream())
        .filter(group -> group.getValue().members().contains(member.id()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// The groups that this node is to have replicas of, as far as it knows.
  private List<GroupKey> ownGroups() {
    var known = view();
    if (known.isPresent()) {
      return known.get().membership().placements().entrySet().stream()
          .filter(group -> group.getValue().members().contains(member.id()))
          .map(Map.Entry::getKey)
          .toList();
    }
    return claim.current().stream()
        .flatMap(current -> GroupIds.of(current).values().stream())
        .filter(
            group ->
                GroupIds.members(claim.current().orElseThrow(), group).stream()
                    .anyMatch(peer -> Replica.node(peer.getId()).equals(member.id())))
        .toList();
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
      case CatalogGroup() -> catalogInstall.need(leader, firstIndex);
    }
  }

  private List<NodeId> otherMembers(GroupKey group) {
    return members(group).stream().filter(id -> !id.equals(member.id())).toList();
  }

  private List<NodeId> members(GroupKey group) {
    return view()
        .map(view -> view.membership().placement(group).members())
        .or(
            () ->
                claim
                    .current()
                    .map(
                        current ->
                            GroupIds.members(current, group).stream()
                                .map(peer -> Replica.node(peer.getId()))
                                .toList()))
        .orElse(List.of());
  }

  private ByteString configuration(GroupKey group) {
    var replica = groups.replica(group);
    try {
      return replica.isEmpty()
          ? ByteString.EMPTY
          : groups
              .configuration(replica.get())
              .map(entry -> ByteString.copyFrom(entry.toByteArray()))
              .orElse(ByteString.EMPTY);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- groups

  /// The groups of this node, as its claim opens them.
  private final class OwnGroups implements NodeClaim.Groups {
    @Override
    public boolean anyExists() {
      Path directory = options.dataDirectory().resolve("raft");
      try {
        // One that was drained of all of them stays what it was.
        if (!ReplicaNote.groups(options.dataDirectory()).isEmpty()) {
          return true;
        }
        if (!Files.isDirectory(directory)) {
          return false;
        }
        try (var names = Files.newDirectoryStream(directory)) {
          return names.iterator().hasNext();
        }
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
              groups.open(id, key, GroupIds.members(current, key), RaftHost.this::serve);
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
    var written =
        new ShardCheckpoints(
            replica, state, groups::publishCheckpoint, options.onFatal(), options.metrics());
    var shardKey = new ShardGroup(number);
    var shard =
        new ReplicatedStore(
            number,
            member.id(),
            replica,
            state,
            leaderIndexes,
            readers,
            waiting,
            collectionId -> compactions.execute(() -> written.compact(collectionId)),
            () -> healing.canBeHealed(shardKey),
            diskSpace,
            new GraphBackpressure(options.graphWaitingRowsMax(), state::rowsAwaitingGraphs),
            options.metrics());
    replicaMetrics.registerWrites(replica.key(), shard.writes());
    shards.put(number, shard);
    checkpointed.put(number, written);
    background.watch(written);
  }

  /// Before a replica is removed.
  private synchronized void stopServing(GroupKey group) {
    replicaMetrics.forget(group);
    switch (group) {
      case CatalogGroup() -> {
        pulled.keep(hosted.catalog());
        reconciler.ifPresent(Reconciler::close);
        reconciler = Optional.empty();
        catalog.ifPresent(ClusterCatalog::close);
        catalog = Optional.empty();
      }
      case ShardGroup shard -> {
        shards.remove(shard.number());
        Optional.ofNullable(checkpointed.remove(shard.number())).ifPresent(background::forget);
        snapshotLeases.revoke(shard);
        snapshotLeases.allow(shard);
      }
    }
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
            this::leader,
            pulled::recovery,
            scheduler,
            tuning.reconciling());
    reconciler = Optional.of(reconciling);
    reconciling.start();
  }

  /// Whether it is of no member any more, or of one that a move takes out. What this node knows of
  /// the catalogue counts only if it is newer than the replica.
  private boolean isToGo(Replica replica) {
    return view()
        .filter(view -> view.index() >= groups.incarnation(replica).moveIndex())
        .map(view -> view.membership().placement(replica.key()).wanted())
        .filter(wanted -> !wanted.contains(member.id()))
        .isPresent();
  }

  private GroupServer groups() {
    return groups;
  }

  Optional<Replica> replica(GroupKey key) {
    return groups.replica(key);
  }

  private void tick() {
    try {
      diskGuard.tick();
      if (!diskSpace.isFull()) {
        background.tick();
        supervisor.tick();
      }
      snapshotLeases.expire();
      healing.tick(snapshotPuller);
      scrub.tick();
      recallScrub.tick();
      snapshotPuller.tidy();
      refreshCatalog();
      view()
          .ifPresent(
              view ->
                  remoteLeaders.refresh(
                      view.members().stream().map(Member::id).toList(),
                      view.shards().size(),
                      shardsWithLeader()));
      reconciler.ifPresent(Reconciler::tick);
      keepCatalog();
    } catch (RuntimeException e) {
      log.warn("tick failed", e);
    }
  }

  /// So that this node knows its collections and peers when it starts, before the catalogue has a
  /// leader.
  private void keepCatalog() {
    long held = pulled.held().map(CatalogView::index).orElse(-1L);
    if (catalog.isPresent()
        && hosted.catalog().view().filter(view -> view.index() > held).isPresent()
        && keepingCatalog.compareAndSet(false, true)) {
      // The disk may be slow, and whoever ticks has more to do.
      waiting.execute(
          () -> {
            try {
              pulled.keep(hosted.catalog());
            } finally {
              keepingCatalog.set(false);
            }
          });
    }
  }

  private Set<Integer> shardsWithLeader() {
    return shards.keySet().stream()
        .filter(number -> replica(new ShardGroup(number)).flatMap(Replica::leader).isPresent())
        .collect(Collectors.toSet());
  }

  private void refreshCatalog() {
    if (catalog().filter(pulled::equals).isPresent()) {
      pulled.refresh();
    }
  }

  // --- membership

  private final class Membership implements MembershipCommands {
    @Override
    public CompletableFuture<Void> admit(Member joining, VersionRange levels) {
      return catalog()
          .map(
              known ->
                  known.write(
                      new CatalogWrite.AddNode(new RequestId(UUID.randomUUID()), joining, levels)))
          .orElseGet(
              () ->
                  CompletableFuture.failedFuture(
                      new ShardException.Unavailable(
                          "node " + member.id() + ": of no cluster yet")))
          .thenAccept(_ -> log.info("node admitted node={}", joining.id()));
    }

    @Override
    public CompletableFuture<Void> openReplica(
        GroupKey group, CatalogOrder order, long moveIndex, long floor) {
      return onGroup(
          group, id -> groups.openFor(id, group, order, moveIndex, floor, RaftHost.this::serve));
    }

    @Override
    public CompletableFuture<Void> removeReplica(
        GroupKey group, CatalogOrder order, UUID incarnation) {
      return onGroup(
          group, id -> groups.remove(id, group, order, incarnation, () -> stopServing(group)));
    }

    private CompletableFuture<Void> onGroup(GroupKey group, GroupAction action) {
      return CompletableFuture.runAsync(
          () -> {
            var current =
                claim
                    .current()
                    .orElseThrow(
                        () -> new ShardException.Unavailable(group + ": of no cluster yet"));
            try {
              action.run(GroupIds.of(current.clusterId(), group));
            } catch (IOException e) {
              throw new ShardException.Failed(group + ": the disk failed", e);
            }
          },
          waiting);
    }
  }

  private interface GroupAction {
    void run(RaftGroupId id) throws IOException;
  }

  /// Makes this node, which is of no cluster, one of the cluster of a node; at each start again,
  /// for nothing tells whether it had got that far. Complete when it knows the catalogue.
  ///
  /// The future fails with [IllegalArgumentException] if this node's master key is not that
  /// cluster's, or the cluster refuses it, and with a [ShardException] if it cannot be reached.
  public CompletableFuture<Void> join(String peerAddress) {
    var contact = options.transport().at(peerAddress);
    return contact
        .claim()
        .thenCompose(
            found ->
                claim.join(
                    found.orElseThrow(
                        () ->
                            new ShardException.Unavailable(
                                peerAddress + ": of no cluster (expected: of one)"))))
        .thenCompose(_ -> contact.admit(member, tuning.levels().supported()))
        .thenCompose(_ -> fetchFrom(contact))
        .thenAccept(
            view ->
                log.info("joined cluster={} nodes={}", view.clusterId(), view.members().size()));
  }

  /// A node that does not replicate the catalogue cannot hand it out, but knows who does.
  private CompletableFuture<CatalogView> fetchFrom(Peer contact) {
    return pulled
        .fetch(contact, true)
        .exceptionallyCompose(
            failure ->
                claim.current().orElseThrow().members().stream()
                    .map(one -> options.transport().at(one.addresses().peer()))
                    .map(peer -> pulled.fetch(peer, true))
                    .reduce(
                        CompletableFuture.failedFuture(failure),
                        (tried, next) -> tried.exceptionallyCompose(_ -> next)));
  }

  /// Whether the catalogue that this node knows has it, with its addresses.
  public boolean isAdmitted() {
    return view().flatMap(view -> view.member(member.id())).filter(member::equals).isPresent();
  }

  /// Whether this node holds the claim of a cluster that was formed without it.
  public boolean joinedLater() {
    return claim
        .current()
        .filter(
            current -> current.members().stream().noneMatch(one -> one.id().equals(member.id())))
        .isPresent();
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
    return view()
        .flatMap(view -> view.member(id))
        .or(
            () ->
                claim().stream()
                    .flatMap(current -> current.members().stream())
                    .filter(other -> other.id().equals(id))
                    .findAny())
        .map(other -> options.transport().at(other.addresses().peer()))
        .orElseThrow(() -> new ShardException.Unavailable("node " + id + ": not known"));
  }

  /// Whether a node is a member of this node's cluster.
  public boolean isMember(NodeId id) {
    return members().anyMatch(one -> one.id().equals(id));
  }

  /// Which member is reached at an address for peers or for consensus, as far as this node knows.
  ///
  /// @param address host:port
  public Optional<NodeId> memberAt(String address) {
    return members()
        .filter(
            one -> one.addresses().peer().equals(address) || one.addresses().raft().equals(address))
        .map(Member::id)
        .findFirst();
  }

  /// Of the cluster, as far as this node knows: before it knows the catalogue, those that it was
  /// formed with.
  private Stream<Member> members() {
    return view()
        .map(CatalogView::members)
        .or(() -> claim().map(Claim::members))
        .orElse(List.of())
        .stream();
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
    // Of a cluster of others, this node does not hear.
    boolean isUp = claim().isEmpty() || catalog().isPresent();
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
    var copied = pulled.held();
    var replicated = catalog.flatMap(_ -> hosted.catalog().view());
    if (replicated.isPresent()
        && copied.filter(copy -> copy.index() > replicated.get().index()).isEmpty()) {
      return catalog.map(open -> open);
    }
    return copied.map(_ -> pulled);
  }

  private Optional<CatalogView> view() {
    return catalog().map(Catalog::view);
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
    // One that was taken out of its group knows no leader, others may.
    return replica(new ShardGroup(shard))
        .flatMap(Replica::leader)
        .or(() -> remoteLeaders.leader(shard));
  }

  // --- state

  /// How this node and its replicas fare.
  public NodeStatus status() {
    return StatusReport.of(
        member,
        options.version(),
        claim(),
        view().map(CatalogView::clusterId),
        keys.held().map(WrappedCatalogKey::masterKeyId),
        tuning.levels().supported(),
        pulled.refused(),
        groups.alive(),
        diskSpace.describe(),
        ownGroups(),
        groups.replicas(),
        closedReplicas(),
        groups::incarnation,
        this::snapshotProgress,
        groups.lostVotes());
  }

  private List<ReplicaStatus> closedReplicas() {
    var quarantined =
        groups.quarantine().replicas().stream()
            .map(
                replica ->
                    StatusReport.quarantined(
                        replica.getKey(),
                        replica.getValue().incarnation(),
                        replica.getValue().cause(),
                        otherMembers(replica.getKey()).size()));
    var unopened =
        groups.unopened().stream()
            .map(
                group ->
                    StatusReport.unopened(
                        group,
                        groups.incarnationUnopened(group),
                        snapshotProgress(group),
                        otherMembers(group).size()));
    var unfinished =
        groups.unfinished().entrySet().stream()
            .map(replica -> StatusReport.unfinished(replica.getKey(), replica.getValue()));
    var removing =
        groups.removing().entrySet().stream()
            .map(replica -> StatusReport.removing(replica.getKey(), replica.getValue()));
    return Stream.of(quarantined, unopened, unfinished, removing).flatMap(all -> all).toList();
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
