package io.quiverdb.core.engine;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.StoreStats;
import io.quiverdb.core.background.BackgroundTarget;
import io.quiverdb.core.checkpoint.CheckpointWriter;
import io.quiverdb.core.checkpoint.IndexAttachment;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.log.TornTail;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.OpSealer;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.view.StatsOfViews;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An open store: its parts, put together, and their end.
public final class Engine {
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private final Health health = new Health();
  private final WriteStall stall = new WriteStall(health);
  private final Closeable directoryLock;
  private final Storage storage;
  private final ManifestStore manifests;
  private final LiveState live;
  private final OpFactory ops;
  private final Optional<OwnLog> ownLog;
  private final Optional<StandaloneWrites> writes;
  private final Optional<TornTail> tornTail;
  private final EntryGap gap;
  private final FilesLock files;
  private final Checkpoints checkpoints;
  private final IndexSnapshots indexes;
  private final SegmentIndexing indexing;
  private final Compactions compactions;
  private final Snapshots snapshots;
  private final Verifier verifier;
  private final Shredding shredding;

  private volatile Optional<StandaloneBackground> background = Optional.empty();

  Engine(EngineOpening.Opened opened) {
    directoryLock = opened.directoryLock();
    storage = opened.storage();
    manifests = opened.manifests();
    live =
        new LiveState(
            health,
            manifests::keys,
            manifests::generation,
            opened.state(),
            opened.checkpointed(),
            opened.levels());
    ownLog = opened.log().map(log -> new OwnLog(log, health, live));
    gap = new EntryGap(ownLog, live);
    files = new FilesLock(health, live);
    tornTail = opened.tornTail();
    int opBytesMax = ownLog.isPresent() ? Store.STANDALONE_OP_BYTES_MAX : Store.OP_BYTES_MAX;
    ops =
        new OpFactory(
            health, live, () -> new OpSealer(manifests.keys(), opBytesMax), opened.levels());
    writes =
        ownLog.map(
            log ->
                new StandaloneWrites(
                    live,
                    ops,
                    log,
                    stall,
                    opened.random(),
                    () -> manifests.keys().drawCollectionKeys()));
    checkpoints =
        new Checkpoints(
            health,
            files,
            manifests,
            new CheckpointWriter(opened.storage(), manifests, opened.pageCache()),
            live,
            ownLog,
            gap,
            stall);
    indexes =
        new IndexSnapshots(
            health, files, manifests, new IndexAttachment(opened.storage(), manifests), live);
    indexing = new SegmentIndexing(health, live, indexes, opened.indexing(), opened.nanoClock());
    compactions =
        new Compactions(health, files, opened.storage(), manifests, opened.pageCache(), live);
    snapshots =
        new Snapshots(health, files, manifests, opened.snapshots(), checkpoints, live, ownLog, gap);
    verifier =
        new Verifier(
            files, opened.storage(), manifests, opened.verifier(), indexing::note, this::stats);
    shredding = new Shredding(files, checkpoints, new KeyRemains(opened.storage(), manifests));
  }

  public Health health() {
    return health;
  }

  public LiveState live() {
    return live;
  }

  /// Where its files are.
  public Storage storage() {
    return storage;
  }

  public OpFactory ops() {
    return ops;
  }

  public Checkpoints checkpoints() {
    return checkpoints;
  }

  public IndexSnapshots indexes() {
    return indexes;
  }

  public SegmentIndexing indexing() {
    return indexing;
  }

  public Compactions compactions() {
    return compactions;
  }

  public Snapshots snapshots() {
    return snapshots;
  }

  public Verifier verifier() {
    return verifier;
  }

  public RecallSampling recall() {
    health.requireUsable();
    return new RecallSampling(live, health::isStopping);
  }

  public Shredding shredding() {
    return shredding;
  }

  public Optional<TornTail> tornTail() {
    return tornTail;
  }

  /// Of a stand-alone store.
  ///
  /// @throws IllegalStateException if it is replicated
  public StandaloneWrites writes() {
    health.requireUsable();
    return writes.orElseThrow(
        () -> new IllegalStateException("store: replicated (expected: a stand-alone one)"));
  }

  public boolean isReplicated() {
    return ownLog.isEmpty();
  }

  /// @throws IllegalStateException if it stands alone
  public LiveState replica() {
    if (ownLog.isPresent()) {
      throw new IllegalStateException("store: stand-alone (expected: one whose log is elsewhere)");
    }
    return live;
  }

  /// Logs and applies an entry of another log of this stand-alone store.
  ///
  /// @return an outcome per operation
  List<Outcome> replay(Entry entry) {
    return ownLog.orElseThrow().commit(LogRequest.of(entry));
  }

  /// Of the newest durable checkpoint, 0 before the first.
  public long manifestVersion() {
    health.requireUsable();
    return manifests.live().map(Manifest::getVersion).orElse(0L);
  }

  public StoreStats stats() {
    try (var view = live.view()) {
      return StatsOfViews.of(
          view,
          live.checkpointed().position(),
          manifestVersion(),
          ownLog.map(OwnLog::bytes).orElse(0L),
          indexing::coverage,
          indexing.work());
    }
  }

  /// Lets a stand-alone store take its checkpoints and compact itself when that is due.
  public Engine inBackground(StoreOptions options) {
    background =
        Optional.of(
            StandaloneBackground.start(
                options.triggers(), new OwnBackgroundTarget(), options.nanoClock(), stall));
    return this;
  }

  private final class OwnBackgroundTarget implements BackgroundTarget {
    @Override
    public boolean pending() {
      return !health.isStopping() && live.isAheadOfCheckpoint();
    }

    @Override
    public long bufferBytes() {
      return pending() ? live.bufferBytes() : 0;
    }

    @Override
    public long loggedBytes() {
      return ownLog.map(OwnLog::writtenBytes).orElse(0L);
    }

    @Override
    public void checkpoint() {
      unlessClosed(checkpoints::take);
    }

    @Override
    public void compact() {
      unlessClosed(() -> compactions.run(CompactionPolicy.TIERED));
    }

    @Override
    public boolean isIndexingDue() {
      return indexing.isDue();
    }

    @Override
    public void index() {
      unlessClosed(indexing::run);
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

  /// Waits for a checkpoint that is under way, and gives up a compaction and an index. A
  /// stand-alone store takes one; if that fails, the store is closed all the same, and nothing is
  /// lost: it is in the log.
  public void close() {
    health.beginClosing();
    background.ifPresent(StandaloneBackground::close);
    stall.wake();
    compactions.awaitIdle();
    indexing.awaitIdle();
    indexes.awaitIdle();
    files.lock().lock();
    try {
      if (!health.isClosed() && !health.isFailed() && ownLog.isPresent()) {
        var _ = checkpoints.take();
      }
    } finally {
      shut();
      files.lock().unlock();
    }
  }

  private void shut() {
    var _ =
        gap.run(
            () -> {
              if (!health.isClosed()) {
                health.close();
                release();
              }
              return true;
            });
  }

  private void release() {
    try (directoryLock) {
      live.close();
      if (ownLog.isPresent()) {
        ownLog.get().close();
      }
    } catch (IOException e) {
      throw new StoreFailedException("store: its files cannot be closed", e);
    }
  }
}
