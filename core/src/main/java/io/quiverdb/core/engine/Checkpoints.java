package io.quiverdb.core.engine;

import io.quiverdb.core.IndexSnapshot;
import io.quiverdb.core.Position;
import io.quiverdb.core.Store;
import io.quiverdb.core.StoreClosedException;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.checkpoint.Checkpoint;
import io.quiverdb.core.checkpoint.CheckpointWriter;
import io.quiverdb.core.checkpoint.IndexAttachment;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PublishedManifest;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the checkpoints of an open store.
public final class Checkpoints {
  private static final Logger log = LoggerFactory.getLogger(Store.class);

  private final Health health;
  private final FilesLock files;
  private final ManifestStore manifests;
  private final CheckpointWriter writer;
  private final LiveState live;
  private final Optional<OwnLog> ownLog;
  private final EntryGap gap;
  private final WriteStall stall;

  Checkpoints(
      Health health,
      FilesLock files,
      ManifestStore manifests,
      CheckpointWriter writer,
      LiveState live,
      Optional<OwnLog> ownLog,
      EntryGap gap,
      WriteStall stall) {
    this.health = health;
    this.files = files;
    this.manifests = manifests;
    this.writer = writer;
    this.live = live;
    this.ownLog = ownLog;
    this.gap = gap;
    this.stall = stall;
  }

  /// Writes what changed since the last one. A second caller waits for the first.
  ///
  /// @return the position that the newest one holds
  public Position take() {
    return files.change(
        "checkpoint",
        () -> {
          if (live.isAheadOfCheckpoint()) {
            var _ = write(List.of());
          }
          return live.checkpointed().position();
        });
  }

  /// Takes one though nothing has changed, and publishes indexes with it. What one of them throws
  /// is thrown on after that.
  ///
  /// @return the position that it holds
  public Position takeWith(List<IndexSnapshot> indexes) {
    requireDistinct(indexes);
    if (indexes.isEmpty()) {
      return take();
    }
    return stall.lifted(
        () ->
            files.change(
                "checkpoint",
                () -> {
                  write(indexes).ifPresent(IndexAttachment::rethrow);
                  return live.checkpointed().position();
                }));
  }

  private void requireDistinct(List<IndexSnapshot> indexes) {
    Set<String> names = new HashSet<>();
    for (var index : indexes) {
      var _ = live.head(index.collectionId());
      if (!names.add(index.collectionId() + " " + index.name())) {
        throw new IllegalArgumentException(
            "name: \"" + index.name() + "\" twice in a collection (expected: once)");
      }
    }
  }

  /// The live manifest, after a first checkpoint where there is none. For whoever holds the files.
  PublishedManifest publishedOrFirst() {
    if (manifests.published().isEmpty()) {
      var _ = write(List.of());
    }
    return manifests.published().orElseThrow();
  }

  /// @return why an index could not be published with it
  private Optional<Exception> write(List<IndexSnapshot> indexes) {
    try (var frozen = freeze();
        var checkpoint = writer.write(frozen.state(), indexes, frozen.view())) {
      live.install(checkpoint);
      report(checkpoint, deleteGarbage());
      return checkpoint.streamFailure();
    } catch (StoreClosedException | StoreFailedException e) {
      throw e; // It was stopped meanwhile.
    } catch (IOException | RuntimeException | Error e) {
      throw health.failed("checkpoint", e);
    }
  }

  private LiveState.Frozen freeze() {
    return gap.run(
        () -> {
          health.requireUsable();
          ownLog.ifPresent(OwnLog::cut);
          return live.freeze();
        });
  }

  /// @return how many files
  private int deleteGarbage() throws IOException {
    int deleted = manifests.deleteGarbage();
    return ownLog.isPresent() ? deleted + ownLog.get().deleteBeforeCut() : deleted;
  }

  private static void report(Checkpoint checkpoint, int filesDeleted) {
    log.info(
        "checkpoint finished epoch={} index={} version={} filesDeleted={}",
        checkpoint.position().epoch(),
        checkpoint.position().index(),
        checkpoint.version(),
        filesDeleted);
  }
}
