package io.quiverdb.raft;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Store;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.ReplicatedState.TermIndex;
import io.quiverdb.raft.catalog.CatalogKeys;
import io.quiverdb.raft.catalog.CatalogLevels;
import io.quiverdb.raft.catalog.CatalogReplica;
import io.quiverdb.raft.catalog.ClusterNode;
import io.quiverdb.raft.catalog.CollectionInfo;
import io.quiverdb.raft.catalog.RecoveredCatalog;
import io.quiverdb.raft.catalog.RecoveredCatalog.Orphan;
import io.quiverdb.raft.catalog.ShardMap;
import io.quiverdb.raft.log.CoveredLog;
import io.quiverdb.raft.log.LogGuard;
import io.quiverdb.raft.log.SurvivingLog;
import io.quiverdb.raft.log.Watermarks;
import io.quiverdb.raft.membership.ClaimFile;
import io.quiverdb.raft.membership.NodeKeys;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a cluster of one node out of what that node has, when the others are lost for good. The
/// node is not running.
///
/// The cluster gets another id, and so its groups do: whoever comes back of the old one finds
/// nobody. What the node's logs hold is applied, also what may never have been committed, for it
/// may have been acknowledged. Then every shard is given the next epoch, in which positions of
/// before count no more, and the collections of the catalogue; shards that have no replica here
/// begin empty. All that is in the stores' checkpoints in the end, and the logs begin anew behind
/// them.
///
/// A note is written before anything is changed and removed when all is done; in between the node
/// does not start. Every step may be repeated, so that a crash is followed by running it again.
public final class ClusterRecovery implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(ClusterRecovery.class);
  private static final String LOCK = "LOCK";
  private static final String NOTE = "recovery";
  private static final Pattern NOTE_CONTENT =
      Pattern.compile("quiver-recovery 1\n([0-9a-f-]{36})\n");

  /// What a node keeps of its groups beside their stores.
  private static final List<String> OF_GROUPS =
      List.of(
          "raft", "raft-opened", "raft-votes", "raft-staging", GroupDirectory.ASIDE, "incoming");

  private static final long PAGE_CACHE_BYTES = 64L << 20;
  private static final long BUFFER_BYTES_MAX = 64L << 20;

  private final Path dataDirectory;
  private final FileStorage storage;
  private final SecureRandom random;
  private final Closeable lock;
  private final NodeKeys keys;
  private final NodeId self;

  /// As the directory has it: of the recovered cluster already, if a recovery was broken off late.
  private final Claim claim;

  private final Optional<UUID> begun;
  private final Steps steps;
  private final HostedGroups hosted;
  private final RecoveredCatalog catalog;
  private final SortedMap<Integer, Survivor> shards = new TreeMap<>();

  /// What is left of a shard's log.
  ///
  /// @param term the last that its replica came to
  /// @param fits whether it goes on from the checkpoint
  private record Survivor(ShardReport report, long term, boolean fits) {}

  /// Hears of each step that is done.
  interface Steps {
    void done(String step);
  }

  /// What is known of a shard.
  ///
  /// @param isHere whether this node had a replica; if not, the shard begins empty
  /// @param lastIndex of the last entry that is left of its log, or that a checkpoint holds; −1 if
  ///   there is none
  /// @param points that are left, over all collections; empty before they have been counted
  /// @param committedIndex up to which entries had been committed here, if that is more than what
  ///   is left
  /// @param damage what is behind the last entry of the log that can be read: a write that was not
  ///   finished, or what has rotted
  public record ShardReport(
      int number,
      boolean isHere,
      long lastIndex,
      OptionalLong points,
      OptionalLong committedIndex,
      Optional<String> damage) {}

  /// What a recovery begins with, or has done.
  ///
  /// @param clusterId of the old cluster before, of the new one afterwards
  /// @param lost the cluster's other nodes, as the catalogue has them
  /// @param catalogIndex of the last entry that is left of the catalogue
  /// @param shards none if a recovery that was broken off had dealt with them
  /// @param dropped collections of the catalogue that a shard knows to be dropped: they go
  /// @param orphans collections that shards have and the catalogue does not know: they stay, under
  ///   names of their own, and are not served
  public record Report(
      UUID clusterId,
      Member survivor,
      List<Member> lost,
      long catalogIndex,
      List<ShardReport> shards,
      List<String> dropped,
      List<Orphan> orphans) {}

  /// Locks the directory and reads what is there. Changes nothing.
  ///
  /// @param masterKeys one of these wraps the catalogue key; none if nothing is encrypted. Asked
  ///   for once there is a claim
  /// @throws RecoveryException.NoCatalogue if it does not tell what cluster it is of
  /// @throws io.quiverdb.core.StoreLockedException if a process has it open
  /// @throws io.quiverdb.core.WrongKeyException if none of the keys is the right one
  /// @throws io.quiverdb.core.CorruptFileException if a store is damaged: salvage comes first
  public static ClusterRecovery open(
      Path dataDirectory, Supplier<List<MasterKey>> masterKeys, SecureRandom random)
      throws IOException {
    return open(
        dataDirectory, masterKeys, random, step -> log.info("recovery step done step={}", step));
  }

  static ClusterRecovery open(
      Path dataDirectory, Supplier<List<MasterKey>> masterKeys, SecureRandom random, Steps steps)
      throws IOException {
    if (!Files.isDirectory(dataDirectory)) {
      throw new RecoveryException.NoCatalogue(dataDirectory, "no directory");
    }
    var storage = FileStorage.at(dataDirectory);
    Closeable lock = storage.lock(LOCK);
    try {
      return new ClusterRecovery(dataDirectory, storage, masterKeys, random, steps, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private ClusterRecovery(
      Path dataDirectory,
      FileStorage storage,
      Supplier<List<MasterKey>> masterKeys,
      SecureRandom random,
      Steps steps,
      Closeable lock)
      throws IOException {
    this.dataDirectory = dataDirectory;
    this.storage = storage;
    this.random = random;
    this.steps = steps;
    this.lock = lock;
    var held = new ClaimFile(storage).read();
    if (held.isEmpty()) {
      throw new RecoveryException.NoCatalogue(dataDirectory, "no claim to a cluster");
    }
    this.self = NodeIdentity.open(storage, random);
    this.keys = NodeKeys.open(storage, masterKeys.get(), random);
    this.claim = held.get().withKey(keys.held());
    this.begun = note();
    this.catalog = readCatalog();
    this.hosted =
        new HostedGroups(
            dataDirectory,
            storage,
            PAGE_CACHE_BYTES,
            Indexing.standard(),
            random,
            keys::ring,
            shard -> GroupIds.of(claim.foundingId(), shard).getUuid(),
            FeatureLevels.CURRENT,
            StoreState::new);
    try {
      if (!isCatalogWritten()) {
        surveyShards();
      }
    } catch (IOException | RuntimeException e) {
      hosted.close();
      throw e;
    }
  }

  /// @throws RecoveryException.Unfinished if a recovery of the directory was begun and not finished
  static void requireNotBegun(Path dataDirectory) {
    if (Files.exists(dataDirectory.resolve(NOTE))) {
      throw new RecoveryException.Unfinished(dataDirectory);
    }
  }

  private Optional<UUID> note() throws IOException {
    Path file = dataDirectory.resolve(NOTE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    var content = NOTE_CONTENT.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    if (!content.matches()) {
      throw new CorruptFileException(NOTE, 0, "content", "a version and a cluster id", "another");
    }
    return Optional.of(UUID.fromString(content.group(1)));
  }

  // --- what is there

  private RecoveredCatalog readCatalog() throws IOException {
    var replayed = openCatalog();
    Path directory = directory(new CatalogGroup());
    if (Files.exists(directory)) {
      replayCatalog(directory, replayed);
    }
    return RecoveredCatalog.find(storage, new CatalogKeys(keys::ring), replayed, begun)
        .orElseThrow(
            () ->
                new RecoveryException.NoCatalogue(
                    dataDirectory, "neither a log of the catalogue nor a copy of it"));
  }

  /// A checkpoint that is damaged counts no more than one that is not there; the copy may do.
  private CatalogReplica openCatalog() throws IOException {
    try {
      return CatalogReplica.open(storage, new CatalogKeys(keys::ring), CatalogLevels.CURRENT);
    } catch (CorruptFileException e) {
      log.warn("checkpoint of the catalogue is damaged", e);
      return CatalogReplica.empty(storage, new CatalogKeys(keys::ring), CatalogLevels.CURRENT);
    }
  }

  private void replayCatalog(Path directory, CatalogReplica replica) throws IOException {
    var covered = replica.durable().covered();
    var scan = new LogScan(replica.durable());
    var end = surviving().read(directory, covered, scan);
    end.damage().ifPresent(damage -> log.warn("log of the catalogue ends early: {}", damage));
    if (scan.goesOnFrom(replica.durable())) {
      var _ =
          surviving()
              .read(
                  directory,
                  covered,
                  entry -> {
                    if (entry.getIndex() > replica.applied().index()) {
                      apply(entry, replica);
                    }
                  });
    }
  }

  private static void apply(LogEntryProto entry, ReplicatedState state) {
    ByteBuffer data = entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
    if (data.hasRemaining()) {
      var _ = state.apply(entry.getTerm(), entry.getIndex(), data);
    } else {
      state.advance(entry.getTerm(), entry.getIndex());
    }
  }

  /// Whether a recovery that was broken off had come behind the shards.
  private boolean isCatalogWritten() {
    return begun.filter(catalog.view().clusterId()::equals).isPresent();
  }

  /// Opens the stores, so that damage is found before anything is changed, and reads the logs.
  private void surveyShards() throws IOException {
    var marks = Watermarks.read(dataDirectory, keys.ring().catalog(self.uuid()));
    for (int number = 0; number < claim.shards(); number++) {
      shards.put(number, survey(new ShardGroup(number), marks));
    }
  }

  private Survivor survey(ShardGroup shard, Map<UUID, Long> marks) throws IOException {
    Path directory = directory(shard);
    if (!Files.exists(directory)) {
      return new Survivor(
          new ShardReport(
              shard.number(),
              false,
              -1,
              OptionalLong.empty(),
              OptionalLong.empty(),
              Optional.empty()),
          0,
          false);
    }
    var durable = hosted.state(shard).durable();
    var scan = new LogScan(durable);
    var end = surviving().read(directory, durable.covered(), scan);
    boolean fits = scan.goesOnFrom(durable);
    long last = fits ? end.index() : durable.index();
    long committed = marks.getOrDefault(GroupIds.of(claim.clusterId(), shard).getUuid(), -1L);
    var report =
        new ShardReport(
            shard.number(),
            true,
            last,
            OptionalLong.empty(),
            committed > last ? OptionalLong.of(committed) : OptionalLong.empty(),
            end.damage());
    long term = Math.max(Math.max(GroupDirectory.term(directory), scan.lastTerm), durable.term());
    return new Survivor(report, term, fits);
  }

  /// Looks over a log before it is applied.
  private static final class LogScan implements Consumer<LogEntryProto> {
    private final TermIndex durable;
    private long first = -1;
    private long lastTerm;
    private boolean isOfAnotherHistory;

    LogScan(TermIndex durable) {
      this.durable = durable;
    }

    @Override
    public void accept(LogEntryProto entry) {
      if (first < 0) {
        first = entry.getIndex();
      }
      lastTerm = entry.getTerm();
      isOfAnotherHistory |=
          entry.getIndex() == durable.index() && entry.getTerm() != durable.term();
    }

    /// A log that a checkpoint from elsewhere was put in the place of does not count.
    boolean goesOnFrom(TermIndex checkpoint) {
      return first >= 0 && first <= checkpoint.index() + 1 && !isOfAnotherHistory;
    }
  }

  private SurvivingLog surviving() {
    return new SurvivingLog(dataDirectory, RatisSettings.ENTRY_BYTES_MAX);
  }

  private Path directory(GroupKey group) {
    String name = name(claim.clusterId(), group);
    Path aside = dataDirectory.resolve(GroupDirectory.ASIDE).resolve(name);
    return Files.exists(aside) ? aside : raftDirectory().resolve(name);
  }

  private Path raftDirectory() {
    return dataDirectory.resolve("raft");
  }

  private static String name(UUID clusterId, GroupKey group) {
    return GroupIds.of(clusterId, group).getUuid().toString();
  }

  // --- before anything is changed

  /// What is there, and what is not.
  public Report survey() {
    var reports = shards.values().stream().map(Survivor::report).toList();
    return report(claim.clusterId(), survivor(), reports, List.of(), List.of());
  }

  private Report report(
      UUID clusterId,
      Member survivor,
      List<ShardReport> reports,
      List<String> dropped,
      List<Orphan> orphans) {
    return new Report(
        clusterId,
        survivor,
        catalog.others(self).stream().map(ClusterNode::member).toList(),
        catalog.view().index(),
        reports,
        dropped,
        orphans);
  }

  /// This node, as the others know it.
  private Member survivor() {
    return catalog
        .view()
        .member(self)
        .or(() -> claim.members().stream().filter(one -> one.id().equals(self)).findFirst())
        .orElseThrow(
            () ->
                new RecoveryException.NoCatalogue(
                    dataDirectory, "node %s is none of its catalogue's".formatted(self)));
  }

  /// Which node of the cluster is reached at an address for peers.
  public Optional<NodeId> memberAt(String peerAddress) {
    return catalog.others(self).stream()
        .map(ClusterNode::member)
        .filter(one -> one.addresses().peer().equals(peerAddress))
        .map(Member::id)
        .findFirst();
  }

  /// Asks the other nodes of the cluster whether they are up. Not of a recovery that was begun:
  /// there is no way back.
  ///
  /// @param patience how long they may take, all of them at once
  /// @return why each of those that are not did not answer, by its peer address
  /// @throws RecoveryException.MajorityLives if those that are up, with this node, are a majority
  ///   of some group
  public SortedMap<String, String> requireMajorityLost(PeerTransport transport, Duration patience) {
    if (begun.isPresent()) {
      return new TreeMap<>();
    }
    var asked = new LinkedHashMap<Member, CompletableFuture<String>>();
    for (var other : catalog.others(self)) {
      asked.put(other.member(), silence(transport, other.member(), patience));
    }
    var answering = new LinkedHashMap<NodeId, String>();
    var silent = new TreeMap<String, String>();
    asked.forEach(
        (member, silence) -> {
          String why = silence.join();
          if (why.isEmpty()) {
            answering.put(member.id(), member.addresses().peer());
          } else {
            silent.put(member.addresses().peer(), why);
          }
        });
    for (var group : catalog.view().membership().placements().entrySet()) {
      var members = group.getValue().members();
      var up = members.stream().filter(answering::containsKey).toList();
      int withThis = up.size() + (members.contains(self) ? 1 : 0);
      if (!up.isEmpty() && withThis > members.size() / 2) {
        throw new RecoveryException.MajorityLives(
            group.getKey(), up.stream().map(answering::get).toList());
      }
    }
    return silent;
  }

  /// Why a node does not answer as the one that it was; empty if it does.
  private CompletableFuture<String> silence(
      PeerTransport transport, Member member, Duration patience) {
    return transport
        .at(member.addresses().peer())
        .status()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (status, failure) -> {
              if (failure != null) {
                var cause = failure.getCause() == null ? failure : failure.getCause();
                return cause instanceof TimeoutException
                    ? "no answer within %d s".formatted(patience.toSeconds())
                    : String.valueOf(cause.getMessage());
              }
              if (!status.self().id().equals(member.id())) {
                return "node %s is there now".formatted(status.self().id());
              }
              return status
                  .clusterId()
                  .filter(id -> !id.equals(claim.clusterId()))
                  .map("of cluster %s now"::formatted)
                  .orElse("");
            });
  }

  // --- the recovery

  /// Makes the new cluster. To be run again after a crash, or a failure.
  public Report run() throws IOException {
    var survivor = survivor();
    var clusterId = begun.orElseGet(() -> new UUID(random.nextLong(), random.nextLong()));
    if (begun.isEmpty()) {
      write(NOTE, "quiver-recovery 1\n%s\n".formatted(clusterId));
      steps.done("note");
    }
    var next = claim.clusterId().equals(clusterId) ? claim : claim.recovered(clusterId, survivor);
    var report = report(clusterId, survivor, List.of(), List.of(), List.of());
    if (!isCatalogWritten()) {
      report = recoverShards(next, survivor);
    }
    new ClaimFile(storage).write(next);
    steps.done("claim");
    makeGroups(next, survivor);
    Files.delete(dataDirectory.resolve(NOTE));
    GroupDirectory.syncDirectory(dataDirectory);
    steps.done("finished");
    log.info("cluster recovered cluster={} epoch={}", clusterId, next.epoch());
    return report;
  }

  private Report recoverShards(Claim next, Member survivor) throws IOException {
    for (var shard : shards.values()) {
      applyLog(shard, next);
      steps.done("log of shard " + shard.report().number());
    }
    var known =
        catalog.view().collections().stream().map(CollectionInfo::id).collect(Collectors.toSet());
    Set<Long> dropped = new TreeSet<>();
    Map<Long, Orphan> orphans = new TreeMap<>();
    List<ShardReport> reports = new ArrayList<>();
    for (var shard : shards.values()) {
      var store = store(shard);
      known.stream().filter(store::wasDropped).forEach(dropped::add);
      long points = 0;
      try (var view = store.view()) {
        for (var collection : view.collections()) {
          points += collection.size();
          if (!known.contains(collection.id())) {
            orphans.putIfAbsent(collection.id(), orphan(collection));
          }
        }
      }
      reports.add(counted(shard.report(), points));
    }
    for (var shard : shards.values()) {
      beginEpoch(shard, next, catalog.kept(dropped));
      steps.done("epoch of shard " + shard.report().number());
    }
    var droppedNames =
        catalog.view().collections().stream()
            .filter(one -> dropped.contains(one.id()))
            .map(CollectionInfo::name)
            .toList();
    var report =
        report(next.clusterId(), survivor, reports, droppedNames, List.copyOf(orphans.values()));
    catalog.write(storage, next, dropped, orphans.values(), featureLevel());
    steps.done("catalogue");
    return report;
  }

  /// What was lost of the catalogue may have raised it, if a shard has heard of that.
  private int featureLevel() {
    return shards.values().stream()
        .mapToInt(shard -> store(shard).featureLevel())
        .reduce(catalog.view().featureLevel(), Math::max);
  }

  private static Orphan orphan(CollectionView collection) {
    return new Orphan(
        collection.id(), collection.name(), collection.descriptor(), collection.settings());
  }

  private static ShardReport counted(ShardReport report, long points) {
    return new ShardReport(
        report.number(),
        report.isHere(),
        report.lastIndex(),
        OptionalLong.of(points),
        report.committedIndex(),
        report.damage());
  }

  private Store store(Survivor shard) {
    return state(shard).store();
  }

  private StoreState state(Survivor shard) {
    return (StoreState) hosted.state(new ShardGroup(shard.report().number()));
  }

  private void applyLog(Survivor shard, Claim next) throws IOException {
    var key = new ShardGroup(shard.report().number());
    if (!shard.report().isHere()) {
      if (!isOfEpoch(shard, next)) {
        // What may lie there is of a replica that was removed, or of this step before a crash.
        hosted.delete(key);
      }
      return;
    }
    if (!shard.fits() || isOfEpoch(shard, next)) {
      return;
    }
    var state = state(shard);
    var _ =
        surviving()
            .read(
                directory(key),
                state.durable().covered(),
                entry -> {
                  if (entry.getIndex() > state.applied().index()) {
                    apply(entry, state);
                  }
                  if (state.bufferBytes() > BUFFER_BYTES_MAX) {
                    state.checkpoint();
                  }
                });
  }

  private boolean isOfEpoch(Survivor shard, Claim next) {
    return store(shard).epoch() == next.epoch();
  }

  /// In the places behind the last entry of the log, each of a shard's own: no other member will
  /// have another entry there.
  private void beginEpoch(Survivor shard, Claim next, List<CollectionInfo> collections) {
    if (isOfEpoch(shard, next)) {
      return;
    }
    var store = store(shard);
    var info = ShardMap.of(next).shards().get(shard.report().number());
    long term = shard.term() + 1;
    change(state(shard), term, store.prepareSetOwnership(stamp(next), next.epoch(), info.slots()));
    long changeIndex = RecoveredCatalog.changeIndex(next);
    for (var collection : collections) {
      var there = settings(store, collection.id());
      if (there.isEmpty()) {
        change(
            state(shard),
            term,
            store.prepareCreateCollection(
                stamp(next),
                collection.id(),
                changeIndex,
                collection.name(),
                collection.descriptor(),
                collection.settings(),
                collection.wrappedKeys().bytes()));
      } else if (!there.get().equals(collection.settings())) {
        change(
            state(shard),
            term,
            store.prepareUpdateSettings(
                stamp(next), collection.id(), changeIndex, collection.settings()));
      }
    }
    state(shard).checkpoint();
  }

  private static Optional<Settings> settings(Store store, long collectionId) {
    try (var view = store.view()) {
      return view.collection(collectionId).map(CollectionView::settings);
    }
  }

  private static RequestStamp stamp(Claim next) {
    return new RequestStamp(new RequestId(UUID.randomUUID()), next.epoch(), Optional.empty());
  }

  private static void change(StoreState state, long term, SealedOp op) {
    var outcome = state.applyBeyondLog(term, op);
    if (!(outcome instanceof Outcome.Applied)) {
      throw new IllegalStateException(
          "recovery: answered %s (expected: applied)".formatted(outcome));
    }
  }

  /// In place of those of the old cluster: what those voted and logged counts no more.
  private void makeGroups(Claim next, Member survivor) throws IOException {
    Map<ShardGroup, TermIndex> places = new LinkedHashMap<>();
    for (int number = 0; number < next.shards(); number++) {
      var shard = new ShardGroup(number);
      places.put(shard, hosted.state(shard).durable());
    }
    for (String old : OF_GROUPS) {
      GroupDirectory.deleteAll(dataDirectory.resolve(old));
    }
    var _ = CatalogReplica.replace(storage, new CatalogKeys(keys::ring), CatalogLevels.CURRENT);
    Watermarks.delete(dataDirectory);
    steps.done("old groups");
    Files.createDirectories(raftDirectory());
    GroupDirectory.syncDirectory(dataDirectory);
    var peer = GroupIds.peer(survivor);
    GroupDirectory.createRecovered(
        dataDirectory, raftDirectory(), name(next.clusterId(), new CatalogGroup()), peer, 0);
    var marks = Watermarks.open(dataDirectory, keys.ring().catalog(self.uuid()), false);
    try (marks) {
      for (var shard : places.entrySet()) {
        String name = name(next.clusterId(), shard.getKey());
        var place = shard.getValue();
        GroupDirectory.createRecovered(dataDirectory, raftDirectory(), name, peer, place.term());
        LogGuard.noteInstalled(raftDirectory().resolve(name), place.covered(), CoveredLog.NOTHING);
        marks.raise(UUID.fromString(name), place.index());
      }
      marks.write();
    }
    steps.done("new groups");
  }

  private void write(String name, String content) throws IOException {
    AtomicFile.replace(storage, "", name, content.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() throws IOException {
    hosted.close();
    lock.close();
  }
}
