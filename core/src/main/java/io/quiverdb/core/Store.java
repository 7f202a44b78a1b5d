package io.quiverdb.core;

import com.google.protobuf.ByteString;
import io.quiverdb.core.background.BackgroundTarget;
import io.quiverdb.core.checkpoint.Checkpoint;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.checkpoint.CheckpointWriter;
import io.quiverdb.core.checkpoint.IndexAttachment;
import io.quiverdb.core.compaction.CompactedStore;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.compaction.Compactor;
import io.quiverdb.core.compaction.SegmentMerge;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.log.LogRecovery;
import io.quiverdb.core.log.TornTail;
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
import io.quiverdb.core.salvage.Salvager;
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
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The engine, in either of two uses.
///
/// *Stand-alone* ([#open]) it keeps a log of its own: writes name a collection, and return when
/// they are durable and applied; any number of threads write, and share fsyncs.
///
/// *Replicated* ([#openReplicated]) it is one shard's replica, and its log is kept elsewhere:
/// prepare makes operations, which change the state only through [#apply], by one thread at a time.
/// A shard owns no slots, and so takes no points, before its first `SetOwnership`.
///
/// Any number of threads read views. A method that is for the other use throws
/// [IllegalStateException].
public final class Store implements AutoCloseable {
  // `writing` guards the state: apply, the two moments when a checkpoint touches it, and the state
  // hash hold it. `checkpointing` guards the files. Readers take neither: they read `view`, which
  // is immutable and replaced under `writing`. A place in the queue of the own log is taken after
  // `checkpointing` and before `writing`.

  /// Of a replicated operation as it stands in an entry: larger ones are refused by prepare.
  public static final int OP_BYTES_MAX = OpSealer.OP_BYTES_MAX;

  /// Of a stand-alone write: a larger batch is refused.
  public static final int STANDALONE_OP_BYTES_MAX = 16 << 20;

  private static final int HASHES_MAX = 64;
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private final Closeable directoryLock;
  private final ManifestStore manifests;
  private final CheckpointWriter checkpointWriter;
  private final CheckpointVerifier verifier;
  private final StoreSnapshots snapshots;
  private final IndexAttachment indexes;
  private final Compactor compactor;
  private final Optional<OwnLog> ownLog;
  private final Optional<StandaloneWrites> writes;
  private final Optional<TornTail> tornTail;
  private final KeyRemains keyRemains;

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

  private volatile Optional<CommitObserver> observer = Optional.empty();
  private volatile Optional<Throwable> failure = Optional.empty();
  private volatile boolean closing;
  private volatile boolean closed;
  private volatile Optional<StandaloneBackground> background = Optional.empty();

  /// Opens the stand-alone store of a directory, and makes it where there is none. All that is
  /// written is sealed; `masterKey` wraps the key to it.
  ///
  /// @throws StoreLockedException if another process has it open
  /// @throws WrongKeyException if it was made with another master key
  /// @throws CorruptFileException if a file does not hold what was written to it; but what a crash
  ///   left unfinished at the end of the log is cut off ([#tornTail])
  /// @throws ForeignFileException if it is a shard of a cluster
  /// @throws StoreFailedException if the storage fails
  public static Store open(Path directory, MasterKey masterKey, StoreOptions options) {
    return StoreOpening.standalone(FileStorage.at(directory), masterKey, options)
        .inBackground(options);
  }

  /// Opens a stand-alone store under the keys of this ring, which is not closed with it. Throws
  /// like [#open].
  public static Store openWithKeyRing(Storage storage, KeyRing keyRing, StoreOptions options) {
    return openWithoutBackground(storage, keyRing, options).inBackground(options);
  }

  /// For tests that decide themselves what happens when.
  static Store openWithoutBackground(Storage storage, KeyRing keyRing, StoreOptions options) {
    return new StoreOpening(storage, options, keyRing, RequestWindow.BYTES_MAX).standalone();
  }

  private Store inBackground(StoreOptions options) {
    background =
        Optional.of(
            StandaloneBackground.start(
                options.triggers(), new OwnBackgroundTarget(), options.nanoClock()));
    return this;
  }

  private final class OwnBackgroundTarget implements BackgroundTarget {
    @Override
    public boolean pending() {
      return !closing && failure.isEmpty() && !view.position().equals(checkpointed);
    }

    @Override
    public long bufferBytes() {
      return pending() ? uncheckpointedBytes() : 0;
    }

    @Override
    public long loggedBytes() {
      return ownLog().writtenBytes();
    }

    @Override
    public void checkpoint() {
      unlessClosed(Store.this::checkpoint);
    }

    @Override
    public void compact() {
      unlessClosed(Store.this::compactTiers);
    }

    /// What fails has failed the store, which says so.
    private void unlessClosed(Runnable work) {
      try {
        work.run();
      } catch (StoreClosedException | StoreFailedException e) {
        log.debug("background work given up", e);
      }
    }
  }

  /// Opens a stand-alone store that codecs from outside seal, such as [PlainCodec] on a disk that
  /// is encrypted below. No collection has a key of its own then: shredding is no more than
  /// dropping. Throws like [#open].
  public static Store openWithCodec(
      Storage storage, PageCodec.Factory codecs, StoreOptions options) {
    return openWithKeyRing(storage, KeyRing.ofCodecs(codecs, options.random()), options);
  }

  /// Opens the store whose log is kept elsewhere: what its checkpoints do not hold comes again
  /// through [#apply].
  ///
  /// @param keyRing of the cluster; not closed with the store
  /// @param storeId the same on all members of the shard
  /// @throws StoreLockedException if another process has it open
  /// @throws WrongKeyException if its files are sealed by other keys
  /// @throws CorruptFileException if a file does not hold what was written to it
  /// @throws ForeignFileException if it is a stand-alone store
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
    return new StoreOpening(storage, options, keyRing, windowBytesMax).replicated(storeId);
  }

  Store(StoreOpening.Opened opened) {
    this.directoryLock = opened.directoryLock();
    this.manifests = opened.manifests();
    this.checkpointWriter = opened.checkpointWriter();
    this.verifier = opened.verifier();
    this.snapshots = opened.snapshots();
    this.indexes = opened.indexes();
    this.compactor =
        new Compactor(
            opened.storage(), manifests, opened.pageCache(), checkpointing, new Compacted());
    this.state = opened.state();
    this.applier = new Applier(state, manifests.keys());
    this.checkpointed = opened.checkpointed();
    this.checkpointedVersion = opened.checkpointedVersion();
    this.ownLog = opened.log().map(log -> new OwnLog(log, new OwnLogEngine(), writing));
    this.sealer =
        new OpSealer(manifests.keys(), ownLog.isPresent() ? STANDALONE_OP_BYTES_MAX : OP_BYTES_MAX);
    this.writes =
        ownLog.map(
            log ->
                new StandaloneWrites(
                    this, log, opened.random(), manifests.keys()::drawCollectionKeys));
    this.tornTail = opened.tornTail();
    this.keyRemains = opened.keyRemains();
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
    return sealer.seal(
        Preparation.upsert(stamp, collectionId, collection.descriptor(), points),
        collection.keys());
  }

  private CollectionView requireCollection(long collectionId) {
    return view().collection(collectionId).orElseThrow(() -> noCollection(collectionId));
  }

  private static IllegalArgumentException noCollection(long collectionId) {
    return new IllegalArgumentException(
        "collection: " + Long.toUnsignedString(collectionId) + " (expected: one that exists)");
  }

  /// @param changes at least one; of those with the same id, the last stays
  public SealedOp prepareSetPayload(
      RequestStamp stamp, long collectionId, List<PayloadChange> changes) {
    var collection = head(collectionId);
    return sealer.seal(Preparation.setPayload(stamp, collectionId, changes), collection.keys());
  }

  /// @param ids at least one
  public SealedOp prepareDelete(RequestStamp stamp, long collectionId, List<String> ids) {
    return prepareConditionalDelete(stamp, collectionId, ids.stream().map(Deletion::new).toList());
  }

  /// @param deletions at least one
  public SealedOp prepareConditionalDelete(
      RequestStamp stamp, long collectionId, List<Deletion> deletions) {
    var collection = head(collectionId);
    return sealer.seal(Preparation.delete(stamp, collectionId, deletions), collection.keys());
  }

  /// @throws IllegalArgumentException if it is not there
  private CollectionHead head(long collectionId) {
    return ((StoreViews.PublishedStore) view())
        .head(collectionId)
        .orElseThrow(() -> noCollection(collectionId));
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
    requireReplicated();
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
      var outcomes = execute(position, entry);
      view = viewOf(state);
      tell(position, entry, outcomes);
      return outcomes;
    } catch (RuntimeException | Error e) {
      throw failed("apply", e);
    }
  }

  private List<Outcome> execute(Position position, Entry entry) {
    var applied = applier.apply(position, entry);
    if (applied.stream().anyMatch(op -> op.op().filter(Op::hasHashMark).isPresent())) {
      remember(position, state.hash());
    }
    return applied.stream().map(AppliedOp::outcome).toList();
  }

  private void tell(Position position, Entry entry, List<Outcome> outcomes) {
    observer.ifPresent(
        listener -> {
          for (int index = 0; index < outcomes.size(); index++) {
            try {
              listener.committed(position, entry.getOps(index), outcomes.get(index));
            } catch (RuntimeException | Error e) {
              log.warn("commit observer failed index={}", position.index(), e);
            }
          }
        });
  }

  /// In place of the one before. It hears of what is committed from now on.
  public void setCommitObserver(CommitObserver listener) {
    writing.lock();
    try {
      observer = Optional.of(listener);
    } finally {
      writing.unlock();
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
        state.position(),
        state.epoch(),
        state.slots(),
        state.version(),
        state.snapshots(),
        state.idsByName());
  }

  private void requireReplicated() {
    if (ownLog.isPresent()) {
      throw new IllegalStateException("store: stand-alone (expected: one whose log is elsewhere)");
    }
  }

  private OwnLog ownLog() {
    return ownLog.orElseThrow(
        () -> new IllegalStateException("store: replicated (expected: a stand-alone one)"));
  }

  private StandaloneWrites writes() {
    requireUsable();
    var _ = ownLog();
    return writes.orElseThrow();
  }

  /// What the own log's writers do to the state.
  private final class OwnLogEngine implements OwnLog.Engine {
    @Override
    public void requireUsable() {
      Store.this.requireUsable();
    }

    @Override
    public List<List<Outcome>> apply(List<Entry> group) {
      requireUsable();
      try {
        var first = state.position().next();
        var outcomes = new ArrayList<List<Outcome>>(group.size());
        for (var entry : group) {
          outcomes.add(execute(state.position().next(), entry));
        }
        view = viewOf(state);
        var position = first;
        for (int index = 0; index < group.size(); index++) {
          tell(position, group.get(index), outcomes.get(index));
          position = position.next();
        }
        return outcomes;
      } catch (RuntimeException | Error e) {
        throw failed("apply", e);
      }
    }

    @Override
    public StoreFailedException failed(String during, Throwable fault) {
      return Store.this.failed(during, fault);
    }
  }

  // --- stand-alone writing: returns when it is durable and applied
  //
  // All throw IllegalArgumentException where a limit is broken or there is no such collection,
  // before anything is written, and StoreFailedException if the store failed: after that, whether
  // the write survives is known when the store is reopened.

  /// @param name 1 to 255 bytes of UTF-8, of no other collection
  /// @return the version
  public long createCollection(String name, Descriptor descriptor, Settings settings) {
    return writes().createCollection(name, descriptor, settings);
  }

  /// Its id is never used again.
  ///
  /// @return the version
  public long dropCollection(String name) {
    return writes().dropCollection(name);
  }

  /// Drops a collection and destroys its data key, so that whatever is left of its files, and
  /// copies of them, can never be opened.
  ///
  /// @return complete, unless something holds an older manifest, such as a snapshot: then it is to
  ///   be called again by the id when that is closed
  public ShredStatus shredCollection(String name) {
    return shredCollection(collection(name).id());
  }

  /// @param collectionId of a collection that is there, was dropped or is being shredded
  public ShredStatus shredCollection(long collectionId) {
    long _ = writes().shredCollection(collectionId);
    var _ = checkpoint();
    return withFiles(
        () -> {
          keyRemains.syncDeletions();
          return keyRemains.status(collectionId);
        });
  }

  /// @param collectionId of a collection that was shredded
  public ShredStatus shredStatus(long collectionId) {
    return withFiles(() -> keyRemains.status(collectionId));
  }

  private ShredStatus withFiles(Callable<ShredStatus> action) {
    checkpointing.lock();
    try {
      requireUsable();
      return action.call();
    } catch (StoreException e) {
      throw e;
    } catch (Exception e) {
      throw failed("shredding", e);
    } finally {
      checkpointing.unlock();
    }
  }

  /// @param settings in place of all that the collection has
  /// @return the version
  public long updateSettings(String name, Settings settings) {
    return writes().updateSettings(name, settings);
  }

  /// @return the version, which the point has now
  /// @throws PreconditionFailedException if it carries a precondition that does not hold
  public long upsert(String collection, Point point) {
    return upsertBatch(collection, List.of(point));
  }

  /// All of them or none; of those with the same id, the last stays.
  ///
  /// @param points at most [#STANDALONE_OP_BYTES_MAX] together
  /// @return the version, which all of them have now; 0 if there are none
  /// @throws PreconditionFailedException if one carries a precondition that does not hold
  public long upsertBatch(String collection, List<Point> points) {
    return writes().upsert(collection, points);
  }

  /// Replaces whole payloads and keeps vectors, of all that are there.
  ///
  /// @return the version, which the changed points have now; 0 if none is there
  /// @throws PreconditionFailedException if one carries a precondition that does not hold
  public long setPayload(String collection, List<PayloadChange> changes) {
    return writes().setPayload(collection, changes);
  }

  /// @return false if it was not there
  public boolean delete(String collection, String id) {
    return deleteBatch(collection, List.of(new Deletion(id))) > 0;
  }

  /// All of them that are there, or none.
  ///
  /// @return how many were there
  /// @throws PreconditionFailedException if one carries a precondition that does not hold
  public int deleteBatch(String collection, List<Deletion> deletions) {
    return writes().delete(collection, deletions);
  }

  /// Writes an operation that another stand-alone store has committed and whose observer heard of
  /// it: so a follower is kept that holds the same, under the same catalogue key. It takes no
  /// writes of its own.
  ///
  /// @param position right behind the last one here
  public Outcome applyReplicated(Position position, SealedOp op) {
    var following = writes();
    if (!position.equals(view().position().next())) {
      throw new IllegalArgumentException(
          "position: " + position + " (expected: " + view().position().next() + ")");
    }
    return following.commit(op);
  }

  /// What a crash had left unfinished at the end of the own log, and opening cut off.
  public Optional<TornTail> tornTail() {
    return tornTail;
  }

  // --- reading by names

  /// @throws IllegalArgumentException if there is none of this name
  public CollectionView collection(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "collection: " + name + " (expected: one that exists)"));
  }

  Optional<CollectionView> find(String name) {
    return ((StoreViews.PublishedStore) view()).collection(name);
  }

  /// Sorted.
  public List<String> collectionNames() {
    return view().collections().stream().map(CollectionView::name).sorted().toList();
  }

  public OptionalLong collectionId(String name) {
    return find(name).stream().mapToLong(CollectionView::id).findAny();
  }

  public Descriptor descriptor(String collection) {
    return collection(collection).descriptor();
  }

  public Optional<StoredPoint> get(String collection, String id) {
    return collection(collection).get(id);
  }

  /// As of one moment, in the order of the ids.
  public List<Optional<StoredPoint>> getMany(String collection, List<String> ids) {
    var one = collection(collection);
    return ids.stream().map(one::get).toList();
  }

  /// The points as of now in the order of their ids' UTF-8 bytes, read as they are asked for.
  ///
  /// @param after leaves out the points up to this id: with the last one read, a scan is resumed
  public Stream<StoredPoint> scan(String collection, Optional<String> after) {
    return StoreViews.stream(collection(collection), after);
  }

  public long len(String collection) {
    return collection(collection).size();
  }

  public boolean isEmpty(String collection) {
    return len(collection) == 0;
  }

  /// The ids of all points that match: distinct, in the order of their UTF-8 bytes.
  ///
  /// @throws IllegalArgumentException if the filter asks for a field that is not filterable
  public List<String> matchingIds(String collection, Filter filter) {
    return collection(collection).matchingIds(filter);
  }

  /// @throws IllegalArgumentException if the query's dimension is not the collection's
  public List<Hit> search(String collection, Query query) {
    return collection(collection).search(query);
  }

  /// A collection id that was never used here.
  long nextCollectionId() {
    writing.lock();
    try {
      return state.nextCollectionId();
    } finally {
      writing.unlock();
    }
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
    return betweenEntries(
        () -> {
          requireUsable();
          ownLog.ifPresent(OwnLog::cut);
          return new Frozen(state.freeze(), viewOf(state));
        });
  }

  /// Runs an action when all that is in the own log has been applied, and keeps everybody from the
  /// log and the state meanwhile.
  private <V> V betweenEntries(Supplier<V> action) {
    if (ownLog.isPresent()) {
      return ownLog.get().betweenGroups(action);
    }
    writing.lock();
    try {
      return action.get();
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
      if (ownLog.isPresent()) {
        deleted += ownLog.get().deleteBeforeCut();
      }
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

  private void switchTo(StoreSnapshots.Staged staged) {
    betweenEntries(
        () -> {
          requireUsable();
          requireLater(staged);
          try {
            manifests.switchTo(staged.published());
          } catch (IOException e) {
            throw failed("installing a snapshot", e);
          }
          state = staged.state();
          applier = new Applier(state, manifests.keys());
          checkpointed = state.position();
          checkpointedVersion = state.version();
          ownLog.ifPresent(log -> log.skipTo(state.position().next().index()));
          view = viewOf(state);
          return true;
        });
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
      // The own log speaks of the store that it was begun for.
      return snapshots.stage(files, ownLog.isPresent());
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
    restore(storage, options, keyRing, Optional.empty(), ops);
  }

  private static void restore(
      Storage storage,
      StoreOptions options,
      KeyRing keyRing,
      Optional<UUID> storeId,
      Iterator<SnapshotOp> ops) {
    try {
      storage.createDirectories("");
      try (var _ = storage.lock(StoreLayout.LOCK)) {
        var manifests = ManifestStore.open(storage, options.random(), keyRing, storeId);
        if (manifests.live().isPresent() || LogRecovery.storeId(storage).isPresent()) {
          throw new IllegalArgumentException("directory: holds a store (expected: none)");
        }
        new SnapshotRestorer(storage, manifests).restore(ops);
      }
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be restored", e);
    }
  }

  /// Makes a new store of what can be read of a damaged one, and says what is left out. The old one
  /// stays as it is. Of a log of its own nothing is read: what the last checkpoint did not hold is
  /// not in the new store.
  ///
  /// @param damaged a store that is not open
  /// @param target holds no store
  /// @param keyRing of both
  /// @throws CorruptFileException if no manifest can be read
  /// @throws IllegalArgumentException if there is a store in `target`
  /// @throws StoreLockedException if one of the two is open
  /// @throws StoreFailedException if a storage fails
  public static SalvageReport salvage(
      Storage damaged, Storage target, StoreOptions options, KeyRing keyRing) {
    try (var _ = damaged.lock(StoreLayout.LOCK)) {
      var salvager = Salvager.open(damaged, keyRing, options.random());
      restore(target, options, keyRing, Optional.of(salvager.storeId()), salvager);
      return salvager.report();
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be salvaged", e);
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

  /// Does the same for one collection.
  public void compact(long collectionId) {
    var _ = checkpoint();
    int _ = compacting(() -> compactor.compact(collectionId, CompactionPolicy.ALL));
  }

  /// Merges segments where it is worth it: as many of a size as make one of the next, and those
  /// half of whose rows are dead. Otherwise like [#compact].
  public void compactTiers() {
    int _ = compact(CompactionPolicy.TIERED);
  }

  /// @return how many merges there were
  int compact(CompactionPolicy policy) {
    return compacting(() -> compactor.compact(policy));
  }

  @FunctionalInterface
  private interface Compacting {
    int run() throws IOException;
  }

  private int compacting(Compacting compaction) {
    requireUsable();
    try {
      return compaction.run();
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

  /// Waits for a checkpoint that is under way, and gives up a compaction. A stand-alone store takes
  /// one, so that it is opened quickly; if that fails, the store is closed all the same, and
  /// nothing is lost: it is in the log. Views that are out stay readable.
  @Override
  public void close() {
    closing = true;
    background.ifPresent(StandaloneBackground::close);
    compactor.awaitIdle();
    checkpointing.lock();
    try {
      if (!closed && failure.isEmpty() && ownLog.isPresent()) {
        var _ = checkpoint();
      }
    } finally {
      shut();
      checkpointing.unlock();
    }
  }

  private void shut() {
    betweenEntries(
        () -> {
          if (!closed) {
            closed = true;
            release();
          }
          return true;
        });
  }

  private void release() {
    try (directoryLock) {
      if (ownLog.isPresent()) {
        ownLog.get().close();
      }
    } catch (IOException e) {
      throw new StoreFailedException("store: its files cannot be closed", e);
    }
  }
}
