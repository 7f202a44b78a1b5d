package io.quiverdb.core.engine;

import io.quiverdb.core.ShredStatus;

/// Destroys the keys of collections that were shredded, and says what still stands in the way.
public final class Shredding {
  private final FilesLock files;
  private final Checkpoints checkpoints;
  private final KeyRemains remains;

  Shredding(FilesLock files, Checkpoints checkpoints, KeyRemains remains) {
    this.files = files;
    this.checkpoints = checkpoints;
    this.remains = remains;
  }

  /// Goes on where the collection has been dropped for good: its key leaves manifest and log.
  public ShredStatus complete(long collectionId) {
    var _ = checkpoints.take();
    return files.change(
        "shredding",
        () -> {
          remains.syncDeletions();
          return remains.status(collectionId);
        });
  }

  public ShredStatus status(long collectionId) {
    return files.change("shredding", () -> remains.status(collectionId));
  }
}
