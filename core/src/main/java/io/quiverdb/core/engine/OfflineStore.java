package io.quiverdb.core.engine;

import io.quiverdb.core.SalvageReport;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.Verification;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.log.LogRecovery;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.StoreLayout;
import io.quiverdb.core.salvage.Salvager;
import io.quiverdb.core.snapshot.SnapshotOp;
import io.quiverdb.core.snapshot.SnapshotRestorer;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.UUID;

/// What is done with a directory while no store is open on it.
public final class OfflineStore {
  private final Storage storage;
  private final StoreOptions options;
  private final KeyRing keyRing;

  public OfflineStore(Storage storage, StoreOptions options, KeyRing keyRing) {
    this.storage = storage;
    this.options = options;
    this.keyRing = keyRing;
  }

  /// Reads every file, and changes none.
  public Verification verify(long windowBytesMax) {
    try (var _ = storage.lock(StoreLayout.LOCK)) {
      return new CheckpointVerifier(storage, keyRing, windowBytesMax, options.random())
          .verifyLive();
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be verified", e);
    }
  }

  /// Makes a store of a whole snapshot where there is none.
  public void restore(Iterator<SnapshotOp> ops) {
    restore(Optional.empty(), ops);
  }

  private void restore(Optional<UUID> storeId, Iterator<SnapshotOp> ops) {
    try {
      storage.createDirectories("");
      try (var _ = storage.lock(StoreLayout.LOCK)) {
        var manifests = ManifestStore.open(storage, options.random(), keyRing, storeId);
        if (manifests.live().isPresent() || LogRecovery.storeId(storage).isPresent()) {
          throw new IllegalArgumentException("directory: holds a store (expected: none)");
        }
        new SnapshotRestorer(storage, manifests).restore(ops);
      }
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be restored", e);
    }
  }

  /// Makes another store of what can be read of this one.
  public SalvageReport salvageTo(Storage target) {
    try (var _ = storage.lock(StoreLayout.LOCK);
        var salvager = Salvager.open(storage, keyRing, options.random())) {
      new OfflineStore(target, options, keyRing).restore(Optional.of(salvager.storeId()), salvager);
      return salvager.report();
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be salvaged", e);
    }
  }
}
