package io.quiverdb.core.engine;

import io.quiverdb.core.Position;
import io.quiverdb.core.SnapshotFailedException;
import io.quiverdb.core.Store;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.snapshot.ReplicationSnapshot;
import io.quiverdb.core.snapshot.SnapshotFiles;
import io.quiverdb.core.snapshot.StagedSnapshot;
import io.quiverdb.core.snapshot.StoreSnapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives an open store's state to others, and takes theirs.
public final class Snapshots {
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private final Health health;
  private final FilesLock files;
  private final ManifestStore manifests;
  private final StoreSnapshots snapshots;
  private final Checkpoints checkpoints;
  private final LiveState live;
  private final Optional<OwnLog> ownLog;
  private final EntryGap gap;

  /// Held from when one is brought in until it is installed or dropped.
  private final Semaphore staging = new Semaphore(1);

  Snapshots(
      Health health,
      FilesLock files,
      ManifestStore manifests,
      StoreSnapshots snapshots,
      Checkpoints checkpoints,
      LiveState live,
      Optional<OwnLog> ownLog,
      EntryGap gap) {
    this.health = health;
    this.files = files;
    this.manifests = manifests;
    this.snapshots = snapshots;
    this.checkpoints = checkpoints;
    this.live = live;
    this.ownLog = ownLog;
    this.gap = gap;
  }

  /// Of the newest checkpoint; takes one where there is none.
  public ReplicationSnapshot take() {
    return files.change(
        "snapshot",
        () -> {
          var published = checkpoints.publishedOrFirst();
          try {
            return snapshots.take(published);
          } catch (IOException e) {
            throw new SnapshotFailedException("snapshot: cannot be taken: " + e, e);
          }
        });
  }

  /// Brings a later state in beside the live one. Waits for another one to be closed.
  public StagedSnapshot stage(SnapshotFiles later) {
    staging.acquireUninterruptibly();
    boolean staged = false;
    try {
      var snapshot = new Waiting(bringIn(later));
      staged = true;
      return snapshot;
    } finally {
      if (!staged) {
        deleteLeftovers();
        staging.release();
      }
    }
  }

  /// Lies beside the live state.
  private final class Waiting implements StagedSnapshot {
    private final StoreSnapshots.Staged staged;
    private boolean installed;
    private boolean closed;

    Waiting(StoreSnapshots.Staged staged) {
      this.staged = staged;
    }

    @Override
    public Position position() {
      return staged.state().position();
    }

    @Override
    public synchronized void install() {
      if (installed || closed) {
        throw new IllegalStateException("snapshot: installed or closed (expected: staged)");
      }
      Position position = position();
      files.change(
          "installing a snapshot",
          () -> {
            switchTo(staged);
            return manifests.deleteGarbage();
          });
      installed = true;
      log.info("snapshot installed position={}", position);
    }

    @Override
    public synchronized void close() {
      if (closed) {
        return;
      }
      closed = true;
      try {
        staged.close();
        if (!installed) {
          snapshots.discard(staged);
          deleteLeftovers();
        }
      } finally {
        staging.release();
      }
    }
  }

  private StoreSnapshots.Staged bringIn(SnapshotFiles later) {
    // Where there is another generation, there is a live one.
    var _ = files.change("checkpoint", checkpoints::publishedOrFirst);
    try {
      // The own log speaks of the store that it was begun for.
      return snapshots.stage(later, ownLog.isPresent());
    } catch (IOException | UncheckedIOException | InternalError e) {
      // The last is how the JVM reports a mapped file that the disk cannot give.
      // No file that was touched is one of the store's: what failed is told when they need it.
      throw new SnapshotFailedException("snapshot: cannot be brought in: " + e, e);
    }
  }

  /// They take room that the store may need. What cannot be deleted now is garbage at the next
  /// checkpoint.
  private void deleteLeftovers() {
    files.lock().lock();
    try {
      if (!health.isStopping()) {
        int _ = manifests.deleteGarbage();
      }
    } catch (IOException e) {
      log.warn("leftovers of a snapshot not deleted", e);
    } finally {
      files.lock().unlock();
    }
  }

  private void switchTo(StoreSnapshots.Staged staged) {
    var _ =
        gap.run(
            () -> {
              health.requireUsable();
              requireLater(staged);
              try {
                manifests.switchTo(staged.published());
              } catch (IOException e) {
                throw health.failed("installing a snapshot", e);
              }
              live.replaceBy(staged.state());
              ownLog.ifPresent(log -> log.skipTo(live.position().next().index()));
              return true;
            });
  }

  private void requireLater(StoreSnapshots.Staged staged) {
    var position = staged.state().position();
    if (position.compareTo(live.position()) <= 0) {
      throw new IllegalArgumentException(
          "snapshot: of " + position + " (expected: after " + live.position() + ")");
    }
  }
}
