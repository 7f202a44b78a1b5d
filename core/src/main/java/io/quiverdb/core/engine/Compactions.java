package io.quiverdb.core.engine;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.compaction.CompactedStore;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.compaction.Compactor;
import io.quiverdb.core.compaction.SegmentMerge;
import io.quiverdb.core.format.PageCache;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.core.view.PinnedView;
import java.io.IOException;

/// Compacts an open store.
public final class Compactions {
  private final Health health;
  private final LiveState live;
  private final Compactor compactor;

  Compactions(
      Health health,
      FilesLock files,
      Storage storage,
      ManifestStore manifests,
      PageCache cache,
      LiveState live) {
    this.health = health;
    this.live = live;
    this.compactor = new Compactor(storage, manifests, cache, files.lock(), new Compacted());
  }

  /// @return how many merges there were
  public int run(CompactionPolicy policy) {
    return running(() -> compactor.compact(policy));
  }

  /// Does the same for one collection.
  public int run(long collectionId, CompactionPolicy policy) {
    return running(() -> compactor.compact(collectionId, policy));
  }

  /// Waits for a merge that is under way.
  void awaitIdle() {
    compactor.awaitIdle();
  }

  @FunctionalInterface
  private interface Compaction {
    int run() throws IOException;
  }

  private int running(Compaction compaction) {
    health.requireUsable();
    try {
      return compaction.run();
    } catch (CorruptFileException | StoreClosedException | StoreFailedException e) {
      // Of what it reads, with nothing published; or the store was stopped meanwhile.
      throw e;
    } catch (InternalError e) {
      // So the JVM reports a mapped page that the disk cannot give: it was read, nothing is
      // written.
      throw new ReadFailedException("compaction: a page cannot be read", e);
    } catch (IOException | RuntimeException | Error e) {
      throw health.failed("compaction", e);
    }
  }

  private final class Compacted implements CompactedStore {
    @Override
    public PinnedView view() {
      return live.view();
    }

    @Override
    public long version() {
      return live.head().version();
    }

    @Override
    public void install(SegmentMerge merge) {
      try {
        live.install(merge);
      } catch (RuntimeException | Error e) {
        // The manifest is ahead of the state.
        throw health.failed("compaction", e);
      }
    }

    @Override
    public boolean isStopping() {
      return health.isStopping();
    }
  }
}
