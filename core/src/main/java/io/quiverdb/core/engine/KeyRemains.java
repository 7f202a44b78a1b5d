package io.quiverdb.core.engine;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.ShredStatus;
import io.quiverdb.core.log.WriteAheadLog;
import io.quiverdb.core.manifest.Manifest;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/// Finds where the wrapped key of a shredded collection may still be: manifests hold the keys of
/// all their collections, and the log those of the ones that were created in it.
final class KeyRemains {
  private final Storage storage;
  private final ManifestStore manifests;

  KeyRemains(Storage storage, ManifestStore manifests) {
    this.storage = storage;
    this.manifests = manifests;
  }

  ShredStatus status(long collectionId) throws IOException {
    var found = new ArrayList<String>();
    if (!manifests.keys().hasDataKeys()) {
      found.add("codec: it opens whatever it has sealed");
    }
    var live = manifests.live();
    if (live.isEmpty() || !hasShredded(live.get(), collectionId)) {
      found.add("checkpoint: none since then");
    } else {
      // What begins behind this checkpoint cannot have created the collection.
      found.addAll(WriteAheadLog.filesFromBefore(storage, live.get().getPosition().getIndex() + 1));
    }
    for (var path : manifests.otherManifests()) {
      if (mayHold(path, collectionId)) {
        found.add(path);
      }
    }
    return new ShredStatus(collectionId, found);
  }

  /// One that is pinned may be newer than the shredding.
  private boolean mayHold(String path, long collectionId) throws IOException {
    int slash = path.lastIndexOf('/');
    try {
      var read = manifests.read(path.substring(0, slash), path.substring(slash + 1));
      return !hasShredded(read.manifest(), collectionId);
    } catch (NoSuchFileException _) {
      return false;
    } catch (CorruptFileException _) {
      return true;
    }
  }

  private static boolean hasShredded(Manifest manifest, long collectionId) {
    return manifest.getTombstonesList().stream()
        .anyMatch(
            tombstone -> tombstone.getCollectionId() == collectionId && tombstone.getShredding());
  }

  /// Makes deletions durable: nothing comes back by a loss of power.
  void syncDeletions() throws IOException {
    List<String> directories = manifests.manifestDirectories();
    for (var directory : directories) {
      storage.syncDirectory(directory);
    }
    storage.syncDirectory("");
  }
}
