package io.quiverdb.core.engine;

import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.Verification;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PublishedManifest;
import java.io.IOException;

/// Verifies the files of an open store while it goes on.
public final class Verifier {
  private final FilesLock files;
  private final ManifestStore manifests;
  private final CheckpointVerifier verifier;

  Verifier(FilesLock files, ManifestStore manifests, CheckpointVerifier verifier) {
    this.files = files;
    this.manifests = manifests;
    this.verifier = verifier;
  }

  /// All files of the newest checkpoint, and its state hash.
  public Verification verify() {
    return verify(verifier::verify);
  }

  /// Those of one collection.
  public Verification verify(long collectionId) {
    return verify(published -> verifier.verify(published, collectionId));
  }

  @FunctionalInterface
  private interface Walk {
    Verification verify(PublishedManifest published) throws IOException;
  }

  private Verification verify(Walk walk) {
    var pin = files.read("the manifest", manifests::pin);
    if (pin.isEmpty()) {
      return Verification.NOTHING;
    }
    try (var pinned = pin.get()) {
      return walk.verify(pinned.published());
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be verified", e);
    }
  }
}
