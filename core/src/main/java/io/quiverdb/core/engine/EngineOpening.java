package io.quiverdb.core.engine;

import io.quiverdb.core.ForeignFileException;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.Position;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.Slots;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.checkpoint.CheckpointReader;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.index.Indexing;
import io.quiverdb.core.log.LogRecovery;
import io.quiverdb.core.log.TornTail;
import io.quiverdb.core.log.WriteAheadLog;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.StoreLayout;
import io.quiverdb.core.op.Applier;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.search.VectorSearch;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.snapshot.StoreSnapshots;
import io.quiverdb.core.state.ShardState;
import io.quiverdb.core.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens a store: takes its lock, reads the newest checkpoint, and, if it stands alone, replays its
/// log.
///
/// By its slots a stand-alone store is told from a shard: it owns all of them in epoch 0, in which
/// a shard has none.
public final class EngineOpening {
  static final List<SlotRange> ALL_SLOTS = List.of(new SlotRange(0, Slots.COUNT - 1));
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private final Storage storage;
  private final StoreOptions options;
  private final KeyRing keyRing;
  private final FeatureLevels levels;

  public EngineOpening(Storage storage, StoreOptions options, KeyRing keyRing) {
    this.storage = storage;
    this.options = options;
    this.keyRing = keyRing;
    this.levels = options.levels();
  }

  /// What a store is made of.
  ///
  /// @param state with what the own log holds
  /// @param log its own, if it stands alone
  record Opened(
      Closeable directoryLock,
      Storage storage,
      ManifestStore manifests,
      CheckpointVerifier verifier,
      StoreSnapshots snapshots,
      PageCache pageCache,
      ShardState state,
      LiveState.Checkpointed checkpointed,
      Optional<WriteAheadLog> log,
      Optional<TornTail> tornTail,
      RandomGenerator random,
      Indexing indexing,
      LongSupplier nanoClock,
      FeatureLevels levels) {}

  /// The keys are made for this store, and closed with it.
  public static Engine standalone(Storage storage, MasterKey masterKey, StoreOptions options) {
    return locked(
        storage,
        lock -> {
          var keyRing = KeyRing.ofStore(storage, masterKey, options.random());
          try {
            return new EngineOpening(storage, options, keyRing)
                .standalone(
                    () -> {
                      keyRing.close();
                      lock.close();
                    });
          } catch (Throwable e) {
            keyRing.close();
            throw e;
          }
        });
  }

  public Engine standalone() {
    return locked(storage, this::standalone);
  }

  /// @param storeId what the store is to be, drawn if none is given
  public Engine replicated(Optional<UUID> storeId) {
    return locked(storage, lock -> replicated(lock, storeId));
  }

  private interface LockedOpening {
    /// @param lock is closed with the store
    Engine open(Closeable lock) throws IOException;
  }

  private static Engine locked(Storage storage, LockedOpening opening) {
    try {
      storage.createDirectories("");
      Closeable lock = storage.lock(StoreLayout.LOCK);
      try {
        return opening.open(lock);
      } catch (Throwable e) {
        lock.close();
        throw e;
      }
    } catch (IOException | InternalError e) {
      // The second is how the JVM reports a mapped file that the disk cannot give.
      throw new StoreFailedException(
          storage.directory().map(Path::toString).orElse("store") + ": cannot be opened: " + e, e);
    }
  }

  private Engine standalone(Closeable lock) throws IOException {
    var manifests =
        ManifestStore.open(storage, options.random(), keyRing, LogRecovery.storeId(storage));
    var reader = new CheckpointReader(storage, keyRing, options.pageCache(), options.random());
    var state = reader.read(manifests.published(), levels);
    // Those of collections that are dropped in the log too.
    var opened = state.segments();
    try {
      return standalone(lock, manifests, reader, state);
    } finally {
      opened.forEach(Segment::release);
    }
  }

  private Engine standalone(
      Closeable lock, ManifestStore manifests, CheckpointReader reader, ShardState state)
      throws IOException {
    if (manifests.live().isEmpty()) {
      state.own(0, ALL_SLOTS);
    }
    if (!standsAlone(state)) {
      throw new ForeignFileException("store", "a stand-alone one", "a shard of a cluster");
    }
    var checkpointed = new LiveState.Checkpointed(state.position(), state.version());
    var catalog = manifests.keys().catalog();
    var recovery = new LogRecovery(storage, catalog, checkpointed.position().next().index());
    var applier = new Applier(state, manifests.keys(), levels);
    recovery.run((lsn, entry) -> applier.apply(new Position(0, 0, lsn), entry));
    recovery
        .tornTail()
        .ifPresent(
            tail ->
                log.warn(
                    "log ends in a torn write, cut off file={} offset={} lsn={} bytes={}",
                    tail.file(),
                    tail.offset(),
                    tail.lsn(),
                    tail.bytes()));
    return open(
        lock,
        manifests,
        reader,
        state,
        checkpointed,
        Optional.of(new WriteAheadLog(storage, catalog, options.random(), recovery)),
        recovery.tornTail());
  }

  private Engine replicated(Closeable lock, Optional<UUID> storeId) throws IOException {
    var manifests = ManifestStore.open(storage, options.random(), keyRing, storeId);
    var reader = new CheckpointReader(storage, keyRing, options.pageCache(), options.random());
    var state = reader.read(manifests.published(), levels);
    var opened = state.segments();
    try {
      if (standsAlone(state) || LogRecovery.storeId(storage).isPresent()) {
        throw new ForeignFileException("store", "a shard of a cluster", "a stand-alone one");
      }
      return open(
          lock,
          manifests,
          reader,
          state,
          new LiveState.Checkpointed(state.position(), state.version()),
          Optional.empty(),
          Optional.empty());
    } finally {
      opened.forEach(Segment::release);
    }
  }

  private static boolean standsAlone(ShardState state) {
    return state.epoch() == 0 && !state.slots().isEmpty();
  }

  private Engine open(
      Closeable lock,
      ManifestStore manifests,
      CheckpointReader reader,
      ShardState state,
      LiveState.Checkpointed checkpointed,
      Optional<WriteAheadLog> ownLog,
      Optional<TornTail> tornTail) {
    var verifier = new CheckpointVerifier(storage, keyRing, levels, options.random());
    var engine =
        new Engine(
            new Opened(
                lock,
                storage,
                manifests,
                verifier,
                new StoreSnapshots(storage, manifests, reader, verifier, levels),
                options.pageCache(),
                state,
                checkpointed,
                ownLog,
                tornTail,
                options.random(),
                options.indexing(),
                options.nanoClock(),
                levels));
    var owing = engine.indexing().owing();
    log.info(
        "store opened epoch={} index={} version={} collections={} replayed={} graphRowsInFiles={}"
            + " graphRowsToBuild={} kernel={}",
        state.epoch(),
        state.position().index(),
        state.version(),
        engine.live().head().snapshots().size(),
        state.position().index() - checkpointed.position().index(),
        owing.inFiles(),
        owing.toBuild(),
        VectorSearch.kernel());
    return engine;
  }
}
