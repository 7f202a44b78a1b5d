package io.quiverdb.core.engine;

import io.quiverdb.core.IndexContent;
import io.quiverdb.core.IndexSnapshot;
import io.quiverdb.core.checkpoint.IndexAttachment;
import io.quiverdb.core.manifest.ManifestStore;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// The indexes that are published with the files of an open store.
public final class IndexSnapshots {
  private final Health health;
  private final FilesLock files;
  private final ManifestStore manifests;
  private final IndexAttachment attachment;
  private final LiveState live;

  IndexSnapshots(
      Health health,
      FilesLock files,
      ManifestStore manifests,
      IndexAttachment attachment,
      LiveState live) {
    this.health = health;
    this.files = files;
    this.manifests = manifests;
    this.attachment = attachment;
    this.live = live;
  }

  /// Gives a segment an index of its own, by a manifest that changes nothing else.
  ///
  /// @return false if there is no such segment any more
  public boolean attach(long collectionId, long segmentId, String name, IndexContent content) {
    IndexSnapshot.checkName(name);
    return files.change(
        "attaching an index",
        () -> {
          try (var view = live.view()) {
            var collection =
                view.collection(collectionId)
                    .orElseThrow(() -> LiveState.noCollection(collectionId));
            boolean attached = attachment.attach(collection, segmentId, name, content);
            int _ = manifests.deleteGarbage();
            return attached;
          }
        });
  }

  /// Of the streams of a collection.
  public List<String> names(long collectionId) {
    health.requireUsable();
    return attachment.names(collectionId);
  }

  /// What came with a checkpoint.
  public Optional<InputStream> open(long collectionId, String name) {
    return files.read("an index", () -> attachment.open(collectionId, name));
  }

  /// What was attached to a segment.
  public Optional<InputStream> open(long collectionId, long segmentId, String name) {
    return files.read("an index", () -> attachment.open(collectionId, segmentId, name));
  }
}
