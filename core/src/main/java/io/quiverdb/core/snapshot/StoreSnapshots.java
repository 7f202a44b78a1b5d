package io.quiverdb.core.snapshot;

import io.quiverdb.core.checkpoint.CheckpointReader;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.segment.Segment;
import io.quiverdb.core.state.ShardState;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The snapshots that an open store gives and takes.
public final class StoreSnapshots {
  private final Storage storage;
  private final ManifestStore manifests;
  private final CheckpointReader reader;
  private final SnapshotInstaller installer;
  private final FeatureLevels levels;

  public StoreSnapshots(
      Storage storage,
      ManifestStore manifests,
      CheckpointReader reader,
      CheckpointVerifier verifier,
      FeatureLevels levels) {
    this.storage = storage;
    this.manifests = manifests;
    this.reader = reader;
    this.installer = new SnapshotInstaller(storage, manifests, verifier);
    this.levels = levels;
  }

  /// For the thread that may publish.
  ///
  /// @param published the live manifest
  public ReplicationSnapshot take(PublishedManifest published) throws IOException {
    String directory = manifests.reserveLinks();
    var links =
        LinkedFiles.create(storage, published, directory, () -> manifests.release(directory));
    return new ReplicationSnapshot(storage, reader, links);
  }

  /// A snapshot that lies beside the live generation, verified and durable.
  ///
  /// @param segments of the state, released when this is closed
  public record Staged(PublishedManifest published, ShardState state, List<Segment> segments)
      implements AutoCloseable {
    @Override
    public void close() {
      segments.forEach(Segment::release);
    }
  }

  /// @param keepsId whether a store that holds nothing yet may not take the id that comes
  /// @throws io.quiverdb.core.StoreException if the files are not sound, or another store's
  /// @throws IllegalArgumentException if they are not those of one manifest
  public Staged stage(SnapshotFiles files, boolean keepsId) throws IOException {
    String directory = manifests.reserveGeneration();
    try {
      var published = installer.stage(files, directory, keepsId);
      var state = reader.read(Optional.of(published), levels);
      return new Staged(published, state, state.segments());
    } catch (Throwable e) {
      manifests.release(directory);
      throw e;
    }
  }

  /// What lies there is left over then.
  public void discard(Staged staged) {
    manifests.release(staged.published().directory());
  }
}
