package io.quiverdb.core;

import com.google.protobuf.ByteString;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.core.engine.Engine;
import io.quiverdb.core.engine.EngineOpening;
import io.quiverdb.core.engine.OfflineStore;
import io.quiverdb.core.log.TornTail;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.OpSealer;
import io.quiverdb.core.op.PreparedOp;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.snapshot.ReplicationSnapshot;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.snapshot.SnapshotOp;
import io.quiverdb.core.snapshot.StagedSnapshot;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.FileStorage;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.view.PointStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

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
  /// Of a replicated operation as it stands in an entry: larger ones are refused by prepare.
  public static final int OP_BYTES_MAX = OpSealer.OP_BYTES_MAX;

  /// Of a stand-alone write: a larger batch is refused.
  public static final int STANDALONE_OP_BYTES_MAX = 16 << 20;

  private final Engine engine;

  private Store(Engine engine) {
    this.engine = engine;
  }

  // --- opening

  /// Opens the stand-alone store of a directory, and makes it where there is none. All that is
  /// written is sealed; `masterKey` wraps the key to it.
  ///
  /// @throws StoreLockedException if another process has it open
  /// @throws WrongKeyException if it was made with another master key
  /// @throws CorruptFileException if a file does not hold what was written to it; but what a crash
  ///   left unfinished at the end of the log is cut off ([#tornTail])
  /// @throws ForeignFileException if it is a shard of a cluster
  /// @throws UnknownOpException if a later version of the program has written to its log
  /// @throws StoreFailedException if the storage fails
  public static Store open(Path directory, MasterKey masterKey, StoreOptions options) {
    var engine = EngineOpening.standalone(FileStorage.at(directory), masterKey, options);
    return new Store(engine.inBackground(options));
  }

  /// Opens a stand-alone store under the keys of this ring, which is not closed with it. Throws
  /// like [#open].
  public static Store openWithKeyRing(Storage storage, KeyRing keyRing, StoreOptions options) {
    return new Store(opening(storage, keyRing, options).standalone().inBackground(options));
  }

  /// For tests that decide themselves what happens when.
  static Store openWithoutBackground(Storage storage, KeyRing keyRing, StoreOptions options) {
    return new Store(opening(storage, keyRing, options).standalone());
  }

  private static EngineOpening opening(Storage storage, KeyRing keyRing, StoreOptions options) {
    return new EngineOpening(storage, options, keyRing);
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
    return new Store(new EngineOpening(storage, options, keyRing).replicated(Optional.of(storeId)));
  }

  /// @param storeId drawn if none is given and the store is new
  /// @param windowBytesMax less than [RequestWindow#BYTES_MAX] only in tests
  static Store open(
      Storage storage,
      StoreOptions options,
      KeyRing keyRing,
      Optional<UUID> storeId,
      long windowBytesMax) {
    return new Store(
        new EngineOpening(storage, options.withRequestWindow(windowBytesMax), keyRing)
            .replicated(storeId));
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
    return engine
        .ops()
        .createCollection(
            stamp, collectionId, catalogIndex, name, descriptor, settings, wrappedKeys)
        .sealed();
  }

  /// @param catalogIndex not before that of the collection's last change, which apply checks
  public SealedOp prepareDropCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    return engine.ops().dropCollection(stamp, collectionId, catalogIndex).sealed();
  }

  /// @param settings in place of all that the collection has
  public SealedOp prepareUpdateSettings(
      RequestStamp stamp, long collectionId, long catalogIndex, Settings settings) {
    return engine.ops().updateSettings(stamp, collectionId, catalogIndex, settings).sealed();
  }

  /// Drops a collection and destroys its keys.
  ///
  /// @param catalogIndex not before that of the collection's last change, which apply checks
  public SealedOp prepareShredCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    return engine.ops().shredCollection(stamp, collectionId, catalogIndex).sealed();
  }

  /// @param points at least one; of those with the same id, the last stays
  /// @throws IllegalArgumentException if a point breaks a limit or has another dimension than the
  ///   collection, or the collection is not there, or they exceed [#OP_BYTES_MAX] together; the
  ///   others on points alike
  public SealedOp prepareUpsert(RequestStamp stamp, long collectionId, List<Point> points) {
    return engine.ops().upsert(stamp, collectionId, points).sealed();
  }

  /// @param changes at least one; of those with the same id, the last stays
  public SealedOp prepareSetPayload(
      RequestStamp stamp, long collectionId, List<PayloadChange> changes) {
    return engine.ops().setPayload(stamp, collectionId, changes).sealed();
  }

  /// @param ids at least one. A stand-alone store leaves out those that are not there
  /// @return empty if nothing is left, which a replicated store cannot know before it applies
  public Optional<SealedOp> prepareDelete(RequestStamp stamp, long collectionId, List<String> ids) {
    var deletions = ids.stream().map(Deletion::new).toList();
    return engine.isReplicated()
        ? Optional.of(prepareConditionalDelete(stamp, collectionId, deletions))
        : engine.writes().prepareDelete(stamp, collectionId, deletions).map(PreparedOp::sealed);
  }

  /// @param deletions at least one
  public SealedOp prepareConditionalDelete(
      RequestStamp stamp, long collectionId, List<Deletion> deletions) {
    return engine.ops().delete(stamp, collectionId, deletions).sealed();
  }

  /// Marks a position at which all replicas tell their state hash ([#hashAt]).
  public SealedOp prepareHashMark(RequestStamp stamp) {
    return engine.ops().hashMark(stamp).sealed();
  }

  /// @param epoch greater than the present one, which apply checks
  public SealedOp prepareSetOwnership(RequestStamp stamp, long epoch, List<SlotRange> slots) {
    return engine.ops().setOwnership(stamp, epoch, slots).sealed();
  }

  /// Raises what the operations that follow mean.
  ///
  /// @param level above the present one, which apply checks
  /// @throws FeatureLevelException if this release does not apply it
  public SealedOp prepareSetFeatureLevel(RequestStamp stamp, int level) {
    return engine.ops().setFeatureLevel(stamp, level).sealed();
  }

  /// The first outcome of a request that was settled and is remembered: for who repeats it and
  /// cannot prepare it any more, as its collection is gone. What it asked is not compared.
  public Optional<Outcome> settled(RequestId id) {
    return engine.live().settled(id);
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
    return engine.replica().apply(position, entry);
  }

  /// In place of the one before. It hears of what is committed from now on.
  public void setCommitObserver(CommitObserver listener) {
    engine.live().observe(listener);
  }

  /// Notes a log entry that holds no operation.
  ///
  /// @param position after every earlier one
  public void advance(Position position) {
    var _ = apply(position, Entry.getDefaultInstance());
  }

  // --- stand-alone writing: returns when it is durable and applied
  //
  // All throw IllegalArgumentException where a limit is broken or there is no such collection,
  // before anything is written, and StoreFailedException if the store failed: after that, whether
  // the write survives is known when the store is reopened.

  /// @param name 1 to 255 bytes of UTF-8, of no other collection
  /// @return the version
  public long createCollection(String name, Descriptor descriptor, Settings settings) {
    return engine.writes().createCollection(name, descriptor, settings);
  }

  /// Its id is never used again.
  ///
  /// @return the version
  public long dropCollection(String name) {
    return engine.writes().dropCollection(name);
  }

  /// Drops a collection and destroys its data key, so that whatever is left of its files, and
  /// copies of them, can never be opened.
  ///
  /// @return complete, unless something holds an older manifest, such as a snapshot: then it is to
  ///   be called again by the id when that is closed
  public ShredStatus shredCollection(String name) {
    return shredCollection(engine.live().head(name).id());
  }

  /// @param collectionId of a collection that is there, was dropped or is being shredded
  public ShredStatus shredCollection(long collectionId) {
    long _ = engine.writes().shredCollection(collectionId);
    return engine.shredding().complete(collectionId);
  }

  /// Index of the log entry that shredded a collection, as applied: its keys are in no entry behind
  /// that. Empty if none did. Of a store that replicates, whose log is not its own.
  public OptionalLong shreddedAt(long collectionId) {
    return engine.live().shreddedAt(collectionId);
  }

  /// Goes on with a shredding whose operation was applied, where it was held up.
  ///
  /// @param collectionId of a collection that was shredded
  public ShredStatus continueShredding(long collectionId) {
    return engine.shredding().complete(collectionId);
  }

  /// @param collectionId of a collection that was shredded
  public ShredStatus shredStatus(long collectionId) {
    return engine.shredding().status(collectionId);
  }

  /// @param settings in place of all that the collection has
  /// @return the version
  public long updateSettings(String name, Settings settings) {
    return engine.writes().updateSettings(name, settings);
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
    return engine.writes().upsert(collection, points);
  }

  /// Replaces whole payloads and keeps vectors, of all that are there.
  ///
  /// @throws PreconditionFailedException if one carries a precondition that does not hold
  public PayloadsSet setPayload(String collection, List<PayloadChange> changes) {
    return engine.writes().setPayload(collection, changes);
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
    return engine.writes().delete(collection, deletions);
  }

  /// Writes an operation that another stand-alone store has committed and whose observer heard of
  /// it: so a follower is kept that holds the same, under the same catalogue key. It takes no
  /// writes of its own.
  ///
  /// @param position right behind the last one here
  /// @throws UnknownOpException if a later version of the program made it; nothing is written
  /// @throws UnreadableOpException if it is not what was prepared; nothing is written
  public Outcome applyReplicated(Position position, SealedOp op) {
    return engine.writes().follow(position, op);
  }

  /// What a crash had left unfinished at the end of the own log, and opening cut off.
  public Optional<TornTail> tornTail() {
    return engine.tornTail();
  }

  // --- reading by names
  //
  // All throw IllegalArgumentException if there is no collection of the name.

  /// Sorted.
  public List<String> collectionNames() {
    return engine.live().head().idsByName().keySet().stream().sorted().toList();
  }

  /// The number that a collection has for as long as the store lives; empty if there is none of the
  /// name, which is no error here.
  public OptionalLong collectionId(String name) {
    return engine.live().head().head(name).stream().mapToLong(CollectionHead::id).findAny();
  }

  /// What a collection was created with.
  public Descriptor descriptor(String collection) {
    return engine.live().head(collection).descriptor();
  }

  /// What [#updateSettings] changed last.
  public Settings settings(String collection) {
    return engine.live().head(collection).settings();
  }

  /// Reads one point.
  ///
  /// @return empty if there is none of the id
  /// @throws CorruptFileException if a page that it needs is damaged
  public Optional<StoredPoint> get(String collection, String id) {
    return read(collection, view -> view.get(id));
  }

  /// As of one moment, in the order of the ids.
  public List<Optional<StoredPoint>> getMany(String collection, List<String> ids) {
    return read(collection, view -> ids.stream().map(view::get).toList());
  }

  /// The points as of now in the order of their ids' UTF-8 bytes, read as they are asked for. To be
  /// closed, unless it is read to its end.
  ///
  /// @param after leaves out the points up to this id: with the last one read, a scan is resumed
  public Stream<StoredPoint> scan(String collection, Optional<String> after) {
    return PointStream.of(engine.live().view(), collection, after);
  }

  /// How many points there are.
  public long len(String collection) {
    return read(collection, CollectionView::size);
  }

  /// Whether there are no points.
  public boolean isEmpty(String collection) {
    return len(collection) == 0;
  }

  /// The ids of all points that match: distinct, in the order of their UTF-8 bytes.
  ///
  /// @throws IllegalArgumentException if the filter asks for a field that is not filterable
  public List<String> matchingIds(String collection, Filter filter) {
    return read(collection, view -> view.matchingIds(filter));
  }

  /// The points nearest to a vector among those that match, found by comparing it with each of
  /// them.
  ///
  /// @return at most as many as the query asks for, the nearest first; of the same distance, in the
  ///   order of their ids
  /// @throws IllegalArgumentException if the query's dimension is not the collection's
  public List<Hit> search(String collection, Query query) {
    return read(collection, view -> view.search(query));
  }

  private <T> T read(String collection, Function<CollectionView, T> reading) {
    try (var view = engine.live().view()) {
      return reading.apply(view.collection(collection));
    }
  }

  // --- reading

  /// The newest view, to be closed. Sees all that was applied before the call.
  public StoreView view() {
    return engine.live().view();
  }

  /// The last position applied.
  public Position position() {
    return engine.live().head().position();
  }

  /// The operation counter.
  public long version() {
    return engine.live().head().version();
  }

  /// What the operations that follow mean.
  public int featureLevel() {
    return engine.live().head().featureLevel();
  }

  /// The epoch of the shard, 0 before it has one.
  public long epoch() {
    return engine.live().head().epoch();
  }

  /// The slots that the shard owns, none before it has an epoch.
  public List<SlotRange> slots() {
    return engine.live().head().slots();
  }

  /// Whether a collection is there, by the number that a shard knows it by.
  public boolean hasCollection(long collectionId) {
    return engine.live().head().head(collectionId).isPresent();
  }

  /// Whether a collection was dropped or shredded, by its number; also one that never was here.
  public boolean wasDropped(long collectionId) {
    return engine.live().wasDropped(collectionId);
  }

  /// A sum over all that is replicated, kept up to date with every operation: equal on all replicas
  /// of a shard at the same position, whatever their checkpoints and merges.
  public StateHash stateHash() {
    return engine.live().hash();
  }

  /// Counts what the newest view shows, without waiting for anything.
  public StoreStats stats() {
    return engine.stats();
  }

  /// Where its files are; empty if they are not in a directory of the operating system. Nothing
  /// there is for others to change.
  public Optional<Path> dir() {
    return engine.storage().directory();
  }

  /// Of the newest durable checkpoint, 0 before the first.
  public long manifestVersion() {
    return engine.manifestVersion();
  }

  /// The state hash at the hash mark at `position`, if it was applied since the store was opened.
  /// The last 64 are kept.
  public Optional<StateHash> hashAt(Position position) {
    return engine.live().hashAt(position);
  }

  // --- files

  /// Writes what changed since the last checkpoint, and publishes it by one atomic swap. Writes and
  /// reads go on meanwhile. A second caller waits for the first.
  ///
  /// @return the position that the newest durable checkpoint holds
  /// @throws StoreFailedException if the store failed, now or before
  public Position checkpoint() {
    return engine.checkpoints().take();
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
    return engine.checkpoints().takeWith(indexes);
  }

  /// Gives a segment an index of its own, by a manifest that changes nothing else: it lives and
  /// dies with the segment. One of the same name is replaced. Reads, writes, checkpoints and
  /// compactions go on while it is written; closing the store waits for it. What `content` throws
  /// is thrown on, and nothing is published then.
  ///
  /// @param generation of the view that the index was built of ([StoreView#generation])
  /// @param content its second argument shows more than the segment
  /// @return false if there is no such segment any more, or it was merged meanwhile
  /// @throws StaleGenerationException if a snapshot was installed since: the segment of this number
  ///   is another one
  /// @throws IllegalArgumentException if the collection is not there
  /// @throws StoreFailedException if the store failed, now or before
  public boolean attachIndexSnapshot(
      long generation, long collectionId, long segmentId, String name, IndexContent content) {
    return engine.indexes().attach(generation, collectionId, segmentId, name, content);
  }

  /// The names of the streams of a collection's indexes.
  public List<String> indexSnapshotNames(long collectionId) {
    return engine.indexes().names(collectionId);
  }

  /// An index that [#checkpointWithIndexSnapshots] was handed, and what has changed since then: of
  /// one and the same checkpoint, though others may come while they are read. To be closed.
  ///
  /// @return empty if the newest checkpoint has none of the name
  /// @throws IllegalArgumentException if it has one and the collection is not there any more
  /// @throws ReadFailedException if its files cannot be read
  /// @throws StoreFailedException if the store failed before
  public Optional<RecoveredIndex> recoverIndex(long collectionId, String name) {
    return engine.indexes().recover(collectionId, name);
  }

  /// The bytes alone of what [#checkpointWithIndexSnapshots] was handed. They are not to be brought
  /// up to date by a [#recoveryTail] that is asked for apart, which may be of a later checkpoint:
  /// that is what [#recoverIndex] is for. Reading them throws [CorruptFileException] where they are
  /// not what was written.
  ///
  /// @return empty if the newest checkpoint has none of the name
  /// @throws ReadFailedException if its file cannot be read
  /// @throws StoreFailedException if the store failed before
  public Optional<InputStream> readIndexSnapshot(long collectionId, String name) {
    return engine.indexes().open(collectionId, name);
  }

  /// What [#attachIndexSnapshot] was handed. Otherwise as above.
  public Optional<InputStream> readIndexSnapshot(long collectionId, long segmentId, String name) {
    return engine.indexes().open(collectionId, segmentId, name);
  }

  /// The net change of a collection since the newest checkpoint. To be closed.
  ///
  /// @throws IllegalArgumentException if the collection is not there
  public RecoveryTail recoveryTail(long collectionId) {
    return engine.indexes().tail(collectionId);
  }

  /// Reads the log of a stand-alone store and every file of the newest checkpoint, computes its
  /// state hash again from the rows on disk, compares what indexes and filters say of the rows with
  /// what they are, and names all that is wrong. Reads, writes and checkpoints go on meanwhile; of
  /// memory it takes little, however large the store. A graph that is damaged is written again by
  /// the next [#indexSegments].
  ///
  /// @throws ReadFailedException if files cannot be read, so that nothing is known of them
  /// @throws StoreFailedException if the store failed before
  public Verification verify() {
    return engine.verifier().verify();
  }

  /// Does the same with the files of one collection only, and computes no state hash. One that no
  /// checkpoint holds yet has none.
  public Verification verify(long collectionId) {
    return engine.verifier().verify(collectionId);
  }

  /// Does the same for a store that is not open. Changes nothing.
  ///
  /// @throws StoreLockedException if it is open
  /// @throws ReadFailedException if files cannot be read, so that nothing is known of them
  public static Verification verify(Storage storage, StoreOptions options, KeyRing keyRing) {
    return new OfflineStore(storage, options, keyRing).verify();
  }

  static Verification verify(
      Storage storage, StoreOptions options, KeyRing keyRing, long windowBytesMax) {
    return verify(storage, options.withRequestWindow(windowBytesMax), keyRing);
  }

  // --- as a whole

  /// Keeps the newest checkpoint as it is, for another store to be made of, until it is closed.
  /// Costs as much as the number of its files, not as their bytes. Takes a checkpoint first where
  /// there is none.
  ///
  /// @throws SnapshotFailedException if its files cannot be linked; the store goes on
  /// @throws StoreFailedException if the store failed, now or before
  public ReplicationSnapshot replicationSnapshot() {
    return engine.snapshots().take();
  }

  /// Replaces all that the store holds by a snapshot of the same store at a later position: brings
  /// it in ([#stageSnapshot]) and puts it in charge. Throws like that.
  ///
  /// @throws IllegalArgumentException if it is not of a later position, or not a whole snapshot
  public void installSnapshot(SnapshotFiles files) {
    try (var staged = stageSnapshot(files)) {
      staged.install();
    }
  }

  /// Brings the files of a snapshot of the same store into a generation beside the live one, and
  /// verifies them, while the store goes on. Waits until another one is closed.
  ///
  /// @return to be closed
  /// @throws CorruptFileException if a file does not hold what was written to it
  /// @throws ForeignFileException if it is a snapshot of another store
  /// @throws IllegalArgumentException if it is not a whole snapshot
  /// @throws SnapshotFailedException if its files cannot be read or written; the store goes on
  /// @throws StoreFailedException if the store failed, now or before
  public StagedSnapshot stageSnapshot(SnapshotFiles files) {
    return engine.snapshots().stage(files);
  }

  /// Makes a store of the operations of a snapshot ([ReplicationSnapshot#ops]) where there is none.
  /// It stands at the snapshot's position when it is opened. A crash leaves no store.
  ///
  /// @throws IllegalArgumentException if there is a store already, or the operations are not those
  ///   of a whole snapshot
  /// @throws StoreLockedException if another process has the directory open
  /// @throws ReadFailedException if the snapshot cannot be read
  /// @throws StoreFailedException if the storage fails
  public static void restore(
      Storage storage, StoreOptions options, KeyRing keyRing, Iterator<SnapshotOp> ops) {
    new OfflineStore(storage, options, keyRing).restore(ops);
  }

  /// Makes a store of its own of the operations of a snapshot, where there is none: for backups and
  /// moves to other keys. Points keep their versions and collections their ids; the store's id, its
  /// state hash and all keys are new, and a request that the other store has settled is not
  /// recognised. Throws like [#restore].
  ///
  /// @param keyRing of the new store; that of the snapshot's store may be another
  public static void importSnapshot(
      Storage storage, StoreOptions options, KeyRing keyRing, Iterator<SnapshotOp> ops) {
    new OfflineStore(storage, options, keyRing).importSnapshot(ops);
  }

  /// Makes a new store of what can be read of a damaged one, and says what is left out. The old one
  /// stays as it is. Of a stand-alone store's log, what stands behind a damage in the same file is
  /// left out, and what stands in later files is applied: at other versions, so that preconditions
  /// may be decided otherwise. After an exception, `target` is worthless.
  ///
  /// @param damaged a store that is not open
  /// @param target holds no store
  /// @param keyRing of both
  /// @throws CorruptFileException if no manifest can be read
  /// @throws IllegalArgumentException if there is a store in `target`
  /// @throws StoreLockedException if one of the two is open
  /// @throws ReadFailedException if the damaged store's files cannot be read
  /// @throws StoreFailedException if a storage fails
  public static SalvageReport salvage(
      Storage damaged, Storage target, StoreOptions options, KeyRing keyRing) {
    return new OfflineStore(damaged, options, keyRing).salvageTo(target);
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
    int _ = engine.compactions().run(collectionId, CompactionPolicy.ALL);
  }

  /// Merges segments where it is worth it: as many of a size as make one of the next, and those
  /// half of whose rows are dead. Otherwise like [#compact].
  public void compactTiers() {
    int _ = compact(CompactionPolicy.TIERED);
  }

  /// @return how many merges there were
  int compact(CompactionPolicy policy) {
    return engine.compactions().run(policy);
  }

  /// Gives large segments the graphs by which they are searched: reads those that lie beside them,
  /// and builds the others. Reads, writes, checkpoints and compactions go on meanwhile; it is given
  /// up when the store is closed. Until then, searches look at all rows of such a segment. A second
  /// caller waits for the first.
  ///
  /// @return how many graphs there are more
  /// @throws CorruptFileException if the vectors of a segment are not what was written
  /// @throws ReadFailedException if files cannot be read
  /// @throws StoreFailedException if the store failed, now or before
  public int indexSegments() {
    return engine.indexing().run();
  }

  /// Whether [#indexSegments] would find something to do.
  public boolean isIndexingDue() {
    return engine.indexing().isDue();
  }

  /// Compares one search by graphs, for the ten nearest of a stored point, with an exact one.
  ///
  /// @param rowsMax that it may look at: a larger collection is left out
  /// @return empty if no collection of so few rows has a graph, or nothing lives in it
  /// @throws CancellationException when the store is closed meanwhile
  /// @throws CorruptFileException if what is read is not what was written
  /// @throws ReadFailedException if a file cannot be read
  public Optional<RecallSample> sampleRecall(RandomGenerator random, long rowsMax) {
    return engine.recall().run(random, rowsMax);
  }

  /// How many rows [#sampleRecall] looks at for the largest collection with a graph, 0 if there is
  /// none: with so many, none is left out.
  public long recallRowsNeeded() {
    return engine.recall().rowsNeeded();
  }

  /// How many rows were written since the store was opened whose graphs are to be built yet: for
  /// whoever holds writers back. What is not to be given a graph is not counted. As of a few
  /// hundredths of a second ago.
  public long rowsAwaitingGraphs() {
    return engine.indexing().owedRows();
  }

  /// The position that the newest durable checkpoint holds, [Position#START] if there is none.
  public Position checkpointed() {
    engine.health().requireUsable();
    return engine.live().checkpointed().position();
  }

  /// Bytes of rows that no checkpoint holds yet.
  public long uncheckpointedBytes() {
    return engine.live().bufferBytes();
  }

  // --- the end

  /// Waits for a checkpoint that is under way, and gives up a compaction. A stand-alone store takes
  /// one, so that it is opened quickly; if that fails, the store is closed all the same, and
  /// nothing is lost: it is in the log. Views that are out stay readable.
  @Override
  public void close() {
    engine.close();
  }
}
