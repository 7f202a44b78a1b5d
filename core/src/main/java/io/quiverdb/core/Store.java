package io.quiverdb.core;

import com.google.protobuf.ByteString;
import io.quiverdb.core.checkpoint.Checkpoint;
import io.quiverdb.core.checkpoint.CheckpointReader;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.checkpoint.CheckpointWriter;
import io.quiverdb.core.checkpoint.IndexAttachment;
import io.quiverdb.core.compaction.CompactedStore;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.compaction.Compactor;
import io.quiverdb.core.compaction.SegmentMerge;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PinnedManifest;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.manifest.StoreLayout;
import io.quiverdb.core.op.AppliedOp;
import io.quiverdb.core.op.Applier;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.Op;
import io.quiverdb.core.op.OpSealer;
import io.quiverdb.core.op.Preparation;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.search.ExactSearch;
import io.quiverdb.core.snapshot.ReplicationSnapshot;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.snapshot.SnapshotOp;
import io.quiverdb.core.snapshot.SnapshotRestorer;
import io.quiverdb.core.snapshot.StoreSnapshots;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.CollectionSnapshot;
import io.quiverdb.core.state.FrozenState;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.state.ShardState;
import io.quiverdb.core.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The engine of one shard.
///
/// State changes only through [#apply], by one thread at a time; any number of threads read views.
///
/// A shard owns no slots, and so takes no points, before its first `SetOwnership`.
public final class Store implements AutoCloseable {
  // `writing` guards the state: apply, the two moments when a checkpoint touches it, and the state
  // hash hold it. `checkpointing` guards the files, and is taken before `writing`. Readers take
  // neither: they read `view`, which is immutable and replaced under `writing`.

  /// Of an operation as it stands in an entry: larger ones are refused by prepare.
  public static final int OP_BYTES_MAX = OpSealer.OP_BYTES_MAX;

  private static final int HASHES_MAX = 64;
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private final Closeable directoryLock;
  private final ManifestStore manifests;
  private final CheckpointWriter checkpointWriter;
  private final CheckpointVerifier verifier;
  private final StoreSnapshots snapshots;
  private final IndexAttachment indexes;
  private final Compactor compactor;

  private final ReentrantLock checkpointing = new ReentrantLock();
  private final ReentrantLock writing = new ReentrantLock();
  private final OpSealer sealer;
  private ShardState state;
  private Applier applier;
  private final LinkedHashMap<Position, StateHash> hashes = new LinkedHashMap<>();

  private volatile StoreView view;
  private volatile Position checkpointed;

  /// The operation counter there.
  private long checkpointedVersion;

  private volatile Optional<Throwable> failure = Optional.empty();
  private volatile boolean closing;
  private volatile boolean closed;

  /// Opens the store whose log is kept elsewhere: what its checkpoints do not hold comes again
  /// through [#apply].
  ///
  /// @param keyRing of the cluster; not closed with the store
  /// @param storeId the same on all members of the shard
  /// @throws StoreLockedException if another process has it open
  /// @throws WrongKeyException if its files are sealed by other keys
  /// @throws CorruptFileException if a file does not hold what was written to it
  /// @throws StoreFailedException if the storage fails
  public static Store openReplicated(
      Storage storage, StoreOptions options, KeyRing keyRing, UUID storeId) {
    return open(storage, options, keyRing, Optional.of(storeId), RequestWindow.BYTES_MAX);
  }

  /// @param storeId drawn if none is given and the store is new
  /// @param windowBytesMax less than [RequestWindow#BYTES_MAX] only in tests
  static Store open(
      Storage storage,
      StoreOptions options,
      KeyRing keyRing,
      Optional<UUID> storeId,
      long windowBytesMax) {
    try {
      storage.createDirectories("");
      Closeable lock = storage.lock(StoreLayout.LOCK);
      try {
        return openLocked(storage, lock, options, keyRing, storeId, windowBytesMax);
      } catch (Throwable e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be opened", e);
    }
  }

  private static Store openLocked(
      Storage storage,
      Closeable lock,
      StoreOptions options,
      KeyRing keyRing,
      Optional<UUID> storeId,
      long windowBytesMax)
      throws IOException {
    var manifests = ManifestStore.open(storage, options.random(), keyRing, storeId);
    var reader = new CheckpointReader(storage, keyRing, options.random());
    var verifier = new CheckpointVerifier(storage, keyRing, windowBytesMax, options.random());
    var state = reader.read(manifests.published(), windowBytesMax);
    var store =
        new Store(
            lock,
            storage,
            manifests,
            new CheckpointWriter(storage, manifests),
            verifier,
            new StoreSnapshots(storage, manifests, reader, verifier, windowBytesMax),
            new IndexAttachment(storage, manifests),
            state);
    log.info(
        "store opened epoch={} index={} version={} collections={} kernel={}",
        state.epoch(),
        state.position().index(),
        state.version(),
        store.view.collections().size(),
        ExactSearch.kernel());
    return store;
  }

  private Store(
      Closeable directoryLock,
      Storage storage,
      ManifestStore manifests,
      CheckpointWriter checkpointWriter,
      CheckpointVerifier verifier,
      StoreSnapshots snapshots,
      IndexAttachment indexes,
      ShardState state) {
    this.directoryLock = directoryLock;
    this.manifests = manifests;
    this.checkpointWriter = checkpointWriter;
    this.verifier = verifier;
    this.snapshots = snapshots;
    this.indexes = indexes;
    this.compactor = new Compactor(storage, manifests, checkpointing, new Compacted());
    this.state = state;
    this.applier = new Applier(state, manifests.keys());
    this.sealer = new OpSealer(manifests.keys());
    this.checkpointed = state.position();
    this.checkpointedVersion = state.version();
    this.view = viewOf(state);
  }

  // --- writing: prepare makes an operation and changes nothing, apply executes it

  /// @param name 1 to 255 bytes of UTF-8
  /// @param wrappedKeys drawn by [KeyRing#drawCollectionKeys], the same on every shard
  public SealedOp prepareCreateCollection(
      RequestStamp stamp,
      long collectionId,
      long catalogIndex,
      String name,
      Descriptor descriptor,
      Settings settings,
      ByteString wrappedKeys) {
    requireUsable();
    return sealer.seal(
        Preparation.createCollection(
            stamp, collectionId, catalogIndex, name, descriptor, settings, wrappedKeys));
  }

  public SealedOp prepareDropCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    requireUsable();
    return sealer.seal(Preparation.dropCollection(stamp, collectionId, catalogIndex));
  }

  /// @param settings in place of all that the collection has
  public SealedOp prepareUpdateSettings(
      RequestStamp stamp, long collectionId, long catalogIndex, Settings settings) {
    requireUsable();
    return sealer.seal(Preparation.updateSettings(stamp, collectionId, catalogIndex, settings));
  }

  public SealedOp prepareShredCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    requireUsable();
    return sealer.seal(Preparation.shredCollection(stamp, collectionId, catalogIndex));
  }

  /// @param points at least one; of those with the same id, the last stays
  /// @throws IllegalArgumentException if a point breaks a limit or has another dimension than the
  ///   collection, or the collection is not there, or they exceed [#OP_BYTES_MAX] together; the
  ///   others on points alike
  public SealedOp prepareUpsert(RequestStamp stamp, long collectionId, List<Point> points) {
    var collection = head(collectionId);
    return OpSealer.seal(
        Preparation.upsert(stamp, collectionId, collection.descriptor(), points),
        collection.keys());
  }

  private CollectionView requireCollection(long collectionId) {
    return view()
        .collection(collectionId)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "collection: "
                        + Long.toUnsignedString(collectionId)
                        + " (expected: one that exists)"));
  }

  /// @param changes at least one; of those with the same id, the last stays
  public SealedOp prepareSetPayload(
      RequestStamp stamp, long collectionId, List<PayloadChange> changes) {
    var collection = head(collectionId);
    return OpSealer.seal(Preparation.setPayload(stamp, collectionId, changes), collection.keys());
  }

  /// @param ids at least one
  public SealedOp prepareDelete(RequestStamp stamp, long collectionId, List<String> ids) {
    return prepareConditionalDelete(stamp, collectionId, ids.stream().map(Deletion::new).toList());
  }

  /// @param deletions at least one
  public SealedOp prepareConditionalDelete(
      RequestStamp stamp, long collectionId, List<Deletion> deletions) {
    var collection = head(collectionId);
    return OpSealer.seal(Preparation.delete(stamp, collectionId, deletions), collection.keys());
  }

  /// @throws IllegalArgumentException if it is not there
  private CollectionHead head(long collectionId) {
    return ((StoreViews.PublishedStore) view())
        .head(collectionId)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "collection: "
                        + Long.toUnsignedString(collectionId)
                        + " (expected: one that exists)"));
  }

  public SealedOp prepareHashMark(RequestStamp stamp) {
    requireUsable();
    return sealer.seal(Preparation.hashMark(stamp));
  }

  /// @param epoch greater than the present one, which apply checks
  public SealedOp prepareSetOwnership(RequestStamp stamp, long epoch, List<SlotRange> slots) {
    requireUsable();
    return sealer.seal(Preparation.setOwnership(stamp, epoch, slots));
  }

  /// The first outcome of a request that was settled and is remembered: for who repeats it and
  /// cannot prepare it any more, as its collection is gone. What it asked is not compared.
  public Optional<Outcome> settled(RequestId id) {
    writing.lock();
    try {
      requireUsable();
      return state.window().settled(id.uuid());
    } finally {
      writing.unlock();
    }
  }

  /// Executes the operations of one log entry and publishes the view after it. Total and
  /// deterministic: the same state and entry give the same state and outcomes everywhere. A refusal
  /// is an [Outcome].
  ///
  /// @param position after every earlier one
  /// @return an outcome per operation
  /// @throws IllegalArgumentException if the position was applied before
  /// @throws StoreFailedException if the store failed, now or before
  public List<Outcome> apply(Position position, Entry entry) {
    writing.lock();
    try {
      requireUsable();
      requireNext(position);
      return applyNext(position, entry);
    } finally {
      writing.unlock();
    }
  }

  private List<Outcome> applyNext(Position position, Entry entry) {
    try {
      var applied = applier.apply(position, entry);
      view = viewOf(state);
      if (applied.stream().anyMatch(op -> op.op().filter(Op::hasHashMark).isPresent())) {
        remember(position, state.hash());
      }
      return applied.stream().map(AppliedOp::outcome).toList();
    } catch (RuntimeException | Error e) {
      throw failed("apply", e);
    }
  }

  /// Notes a log entry that holds no operation.
  ///
  /// @param position after every earlier one
  public void advance(Position position) {
    var _ = apply(position, Entry.getDefaultInstance());
  }

  private void requireNext(Position position) {
    if (position.compareTo(state.position()) <= 0) {
      throw new IllegalArgumentException(
          "position: " + position + " (expected: after " + state.position() + ")");
    }
  }

  private void remember(Position position, StateHash hash) {
    hashes.put(position, hash);
    if (hashes.size() > HASHES_MAX) {
      var _ = hashes.pollFirstEntry();
    }
  }

  private static StoreView viewOf(ShardState state) {
    return new StoreViews.PublishedStore(
        state.position(), state.epoch(), state.slots(), state.version(), state.snapshots());
  }

  // --- reading

  /// The newest view. Sees all that was applied before the call.
  public StoreView view() {
    requireUsable();
    return view;
  }

  public StateHash stateHash() {
    writing.lock();
    try {
      requireUsable();
      return state.hash();
    } finally {
      writing.unlock();
    }
  }

  /// Counts what the newest view shows, without waiting for anything.
  public StoreStats stats() {
    requireUsable();
    return StatsOfViews.of((StoreViews.PublishedStore) view, checkpointed, manifestVersion());
  }

  /// Of the newest durable checkpoint, 0 before the first.
  public long manifestVersion() {
    requireUsable();
    return manifests.live().map(Manifest::getVersion).orElse(0L);
  }

  /// The state hash at the hash mark at `position`, if it was applied since the store was opened.
  /// The last 64 are kept.
  public Optional<StateHash> hashAt(Position position) {
    writing.lock();
    try {
      requireUsable();
      return Optional.ofNullable(hashes.get(position));
    } finally {
      writing.unlock();
    }
  }

  // --- files

  /// Writes what changed since the last checkpoint, and publishes it by one atomic swap. Writes and
  /// reads go on meanwhile. A second caller waits for the first.
  ///
  /// @return the position that the newest durable checkpoint holds
  /// @throws StoreFailedException if the store failed, now or before
  public Position checkpoint() {
    checkpointing.lock();
    try {
      if (!view().position().equals(checkpointed)) {
        var _ = write(freeze(), List.of());
      }
      return checkpointed;
    } finally {
      checkpointing.unlock();
    }
  }

  /// Takes a checkpoint, though nothing was applied since the last, and publishes indexes with it.
  /// They are dropped by the next checkpoint with changes of their collection that brings none.
  ///
  /// What one of them throws while it is written is thrown on when the checkpoint is published,
  /// without that one.
  ///
  /// @param indexes of one name and collection at most one; those of a collection that is dropped
  ///   meanwhile are left out
  /// @return the position that the checkpoint holds
  /// @throws IllegalArgumentException if a collection is not there, or a name stands twice in one
  /// @throws StoreFailedException if the store failed, now or before
  public Position checkpointWithIndexSnapshots(List<IndexSnapshot> indexes) {
    requireDistinct(indexes);
    checkpointing.lock();
    try {
      requireUsable();
      if (indexes.isEmpty()) {
        return checkpoint();
      }
      write(freeze(), indexes).streamFailure().ifPresent(IndexAttachment::rethrow);
      return checkpointed;
    } finally {
      checkpointing.unlock();
    }
  }

  private void requireDistinct(List<IndexSnapshot> indexes) {
    Set<String> names = new HashSet<>();
    for (var index : indexes) {
      var _ = requireCollection(index.collectionId());
      if (!names.add(index.collectionId() + " " + index.name())) {
        throw new IllegalArgumentException(
            "name: \"" + index.name() + "\" twice in a collection (expected: once)");
      }
    }
  }

  /// Gives a segment an index of its own, by a manifest that changes nothing else: it lives and
  /// dies with the segment. One of the same name is replaced. What `content` throws is thrown on,
  /// and nothing is published then.
  ///
  /// @param content its second argument shows more than the segment
  /// @return false if there is no such segment any more
  /// @throws IllegalArgumentException if the collection is not there
  /// @throws StoreFailedException if the store failed, now or before
  public boolean attachIndexSnapshot(
      long collectionId, long segmentId, String name, IndexContent content) {
    IndexSnapshot.checkName(name);
    var collection = requireCollection(collectionId);
    checkpointing.lock();
    try {
      requireUsable();
      boolean attached = indexes.attach(collection, segmentId, name, content);
      int _ = manifests.deleteGarbage();
      return attached;
    } catch (IOException e) {
      throw failed("attaching an index", e);
    } finally {
      checkpointing.unlock();
    }
  }

  /// The names of the streams of a collection's indexes.
  public List<String> indexSnapshotNames(long collectionId) {
    requireUsable();
    return indexes.names(collectionId);
  }

  /// What [#checkpointWithIndexSnapshots] was handed. Reading it throws [CorruptFileException]
  /// where it is not what was written.
  ///
  /// @return empty if there is none; to be brought up to date by [#recoveryTail], which is to be
  ///   asked for after this
  /// @throws StoreFailedException if the storage fails
  public Optional<InputStream> readIndexSnapshot(long collectionId, String name) {
    return reading(() -> indexes.open(collectionId, name));
  }

  /// What [#attachIndexSnapshot] was handed.
  public Optional<InputStream> readIndexSnapshot(long collectionId, long segmentId, String name) {
    return reading(() -> indexes.open(collectionId, segmentId, name));
  }

  private Optional<InputStream> reading(Callable<Optional<InputStream>> open) {
    checkpointing.lock();
    try {
      requireUsable();
      return open.call();
    } catch (StoreException e) {
      throw e;
    } catch (Exception e) {
      throw new StoreFailedException("store: an index cannot be read", e);
    } finally {
      checkpointing.unlock();
    }
  }

  /// The net change of a collection since the newest checkpoint.
  ///
  /// @throws IllegalArgumentException if the collection is not there
  public RecoveryTail recoveryTail(long collectionId) {
    writing.lock();
    try {
      requireUsable();
      return StoreViews.tail(requireCollection(collectionId), checkpointedVersion);
    } finally {
      writing.unlock();
    }
  }

  private record Frozen(FrozenState state, StoreView view) {}

  private Frozen freeze() {
    writing.lock();
    try {
      requireUsable();
      var frozen = state.freeze();
      return new Frozen(frozen, viewOf(state));
    } finally {
      writing.unlock();
    }
  }

  private Checkpoint write(Frozen frozenState, List<IndexSnapshot> indexes) {
    var frozen = frozenState.state();
    try {
      var checkpoint = checkpointWriter.write(frozen, indexes, frozenState.view());
      install(checkpoint);
      int deleted = manifests.deleteGarbage();
      log.info(
          "checkpoint finished epoch={} index={} version={} filesDeleted={}",
          frozen.position().epoch(),
          frozen.position().index(),
          frozen.version(),
          deleted);
      return checkpoint;
    } catch (IOException | RuntimeException | Error e) {
      throw failed("checkpoint", e);
    }
  }

  private void install(Checkpoint checkpoint) {
    writing.lock();
    try {
      checkpoint.installInto(state);
      view = viewOf(state);
      checkpointed = checkpoint.position();
      checkpointedVersion = checkpoint.version();
    } finally {
      writing.unlock();
    }
  }

  /// Reads every file of the newest checkpoint, computes its state hash again from the rows on
  /// disk, and names all that is wrong. Reads, writes and checkpoints go on meanwhile.
  ///
  /// @throws StoreFailedException if the storage fails, or the store failed before
  public Verification verify() {
    return verify(verifier::verify);
  }

  /// Does the same with the files of one collection only, and computes no state hash. One that no
  /// checkpoint holds yet has none.
  public Verification verify(long collectionId) {
    return verify(published -> verifier.verify(published, collectionId));
  }

  @FunctionalInterface
  private interface Verifying {
    Verification verify(PublishedManifest published) throws IOException;
  }

  private Verification verify(Verifying verifying) {
    var pin = pin();
    if (pin.isEmpty()) {
      return Verification.NOTHING;
    }
    try (var pinned = pin.get()) {
      return verifying.verify(pinned.published());
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be verified", e);
    }
  }

  private Optional<PinnedManifest> pin() {
    checkpointing.lock();
    try {
      requireUsable();
      return manifests.pin();
    } finally {
      checkpointing.unlock();
    }
  }

  /// Does the same for a store that is not open. Changes nothing.
  ///
  /// @throws StoreLockedException if it is open
  /// @throws StoreFailedException if the storage fails
  public static Verification verify(Storage storage, StoreOptions options, KeyRing keyRing) {
    return verify(storage, options, keyRing, RequestWindow.BYTES_MAX);
  }

  static Verification verify(
      Storage storage, StoreOptions options, KeyRing keyRing, long windowBytesMax) {
    try (var _ = storage.lock(StoreLayout.LOCK)) {
      return new CheckpointVerifier(storage, keyRing, windowBytesMax, options.random())
          .verifyLive();
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be verified", e);
    }
  }

  // --- as a whole

  /// Keeps the newest checkpoint as it is, for another store to be made of, until it is closed.
  /// Costs as much as the number of its files, not as their bytes. Takes a checkpoint first where
  /// there is none.
  ///
  /// @throws StoreFailedException if the store failed, now or before
  public ReplicationSnapshot replicationSnapshot() {
    checkpointing.lock();
    try {
      requireUsable();
      return snapshots.take(publishedOrFirst());
    } catch (IOException e) {
      throw failed("snapshot", e);
    } finally {
      checkpointing.unlock();
    }
  }

  private PublishedManifest publishedOrFirst() {
    if (manifests.published().isEmpty()) {
      var _ = write(freeze(), List.of());
    }
    return manifests.published().orElseThrow();
  }

  /// Replaces all that the store holds by a snapshot of the same store at a later position. The
  /// files are brought into a generation beside the live one and verified, while the store goes on;
  /// then one rename puts it in charge. A crash leaves the one or the other. Views that are out
  /// stay readable.
  ///
  /// @throws CorruptFileException if a file does not hold what was written to it
  /// @throws ForeignFileException if it is a snapshot of another store
  /// @throws IllegalArgumentException if it is not of a later position, or not a whole snapshot
  /// @throws StoreFailedException if the store failed, now or before
  public void installSnapshot(SnapshotFiles files) {
    var staged = stage(files);
    checkpointing.lock();
    try {
      switchTo(staged);
      int _ = manifests.deleteGarbage();
    } catch (IOException e) {
      throw failed("installing a snapshot", e);
    } finally {
      checkpointing.unlock();
    }
    log.info("snapshot installed position={}", staged.state().position());
  }

  private void switchTo(StoreSnapshots.Staged staged) throws IOException {
    writing.lock();
    try {
      requireUsable();
      requireLater(staged);
      manifests.switchTo(staged.published());
      state = staged.state();
      applier = new Applier(state, manifests.keys());
      checkpointed = state.position();
      checkpointedVersion = state.version();
      view = viewOf(state);
    } finally {
      writing.unlock();
    }
  }

  private StoreSnapshots.Staged stage(SnapshotFiles files) {
    checkpointing.lock();
    try {
      requireUsable();
      var _ = publishedOrFirst(); // Where there is another generation, there is a live one.
    } finally {
      checkpointing.unlock();
    }
    try {
      return snapshots.stage(files);
    } catch (IOException e) {
      throw failed("bringing in a snapshot", e);
    }
  }

  private void requireLater(StoreSnapshots.Staged staged) {
    var position = staged.state().position();
    if (position.compareTo(state.position()) <= 0) {
      snapshots.discard(staged);
      throw new IllegalArgumentException(
          "snapshot: of " + position + " (expected: after " + state.position() + ")");
    }
  }

  /// Makes a store of the operations of a snapshot ([ReplicationSnapshot#ops]) where there is none.
  /// It stands at the snapshot's position when it is opened. A crash leaves no store.
  ///
  /// @throws IllegalArgumentException if there is a store already, or the operations are not those
  ///   of a whole snapshot
  /// @throws StoreLockedException if another process has the directory open
  /// @throws StoreFailedException if the storage fails
  public static void restore(
      Storage storage, StoreOptions options, KeyRing keyRing, Iterator<SnapshotOp> ops) {
    try {
      storage.createDirectories("");
      try (var _ = storage.lock(StoreLayout.LOCK)) {
        var manifests = ManifestStore.open(storage, options.random(), keyRing, Optional.empty());
        if (manifests.live().isPresent()) {
          throw new IllegalArgumentException("directory: holds a store (expected: none)");
        }
        new SnapshotRestorer(storage, manifests).restore(ops);
      }
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be restored", e);
    }
  }

  /// Takes a checkpoint, and then merges all segments of each collection into one, without its dead
  /// rows. Reads, writes and checkpoints go on meanwhile; it is given up when the store is closed.
  ///
  /// @throws CorruptFileException if a segment does not hold what was written to it: it is left as
  ///   it is
  /// @throws StoreFailedException if the store failed, now or before
  public void compact() {
    var _ = checkpoint();
    int _ = compact(CompactionPolicy.ALL);
  }

  /// Merges segments where it is worth it: as many of a size as make one of the next, and those
  /// half of whose rows are dead. Otherwise like [#compact].
  public void compactTiers() {
    int _ = compact(CompactionPolicy.TIERED);
  }

  /// @return how many merges there were
  int compact(CompactionPolicy policy) {
    requireUsable();
    try {
      return compactor.compact(policy);
    } catch (CorruptFileException e) {
      throw e; // Of what it reads; nothing has been published.
    } catch (IOException | RuntimeException | Error e) {
      throw failed("compaction", e);
    }
  }

  private final class Compacted implements CompactedStore {
    @Override
    public List<CollectionSnapshot> collections() {
      return ((StoreViews.PublishedStore) view).snapshots();
    }

    @Override
    public long version() {
      return view.version();
    }

    @Override
    public void install(SegmentMerge merge) {
      writing.lock();
      try {
        merge.carryDeaths(state.version());
        state.replace(merge.collectionId(), merge.inputs(), merge.output());
        view = viewOf(state);
      } catch (RuntimeException | Error e) {
        // The manifest is ahead of the state.
        throw failed("compaction", e);
      } finally {
        writing.unlock();
      }
    }

    @Override
    public boolean isStopping() {
      return closing || failure.isPresent();
    }
  }

  /// The position that the newest durable checkpoint holds, [Position#START] if there is none.
  public Position checkpointed() {
    requireUsable();
    return checkpointed;
  }

  /// Bytes of rows that no checkpoint holds yet.
  public long uncheckpointedBytes() {
    writing.lock();
    try {
      requireUsable();
      return state.bufferBytes();
    } finally {
      writing.unlock();
    }
  }

  // --- the end

  /// From the first fault on nothing is known to be right any more: only reopening helps.
  private StoreFailedException failed(String during, Throwable fault) {
    if (failure.isEmpty()) {
      failure = Optional.of(fault);
      log.error("store failed during={}", during, fault);
    }
    return new StoreFailedException(
        "store: failed during " + during + " (expected: reopened)", fault);
  }

  private void requireUsable() {
    if (closed) {
      throw new StoreClosedException();
    }
    var fault = failure;
    if (fault.isPresent()) {
      throw new StoreFailedException("store: failed before (expected: reopened)", fault.get());
    }
  }

  /// Waits for a checkpoint that is under way, and gives up a compaction. Views that are out stay
  /// readable.
  @Override
  public void close() {
    closing = true;
    compactor.awaitIdle();
    checkpointing.lock();
    writing.lock();
    try {
      if (!closed) {
        closed = true;
        directoryLock.close();
      }
    } catch (IOException e) {
      throw new StoreFailedException("store: its lock cannot be released", e);
    } finally {
      writing.unlock();
      checkpointing.unlock();
    }
  }
}
