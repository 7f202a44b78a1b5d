package io.quiverdb.core.engine;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Damage;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Position;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.SalvageReport;
import io.quiverdb.core.StoreFailedException;
import io.quiverdb.core.StoreOptions;
import io.quiverdb.core.Verification;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.checkpoint.Findings;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.crypto.StoreKeys;
import io.quiverdb.core.log.LogRecovery;
import io.quiverdb.core.log.LogWalk;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.manifest.StoreLayout;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.salvage.Salvager;
import io.quiverdb.core.snapshot.SnapshotOp;
import io.quiverdb.core.snapshot.SnapshotRestorer;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
  public Verification verify() {
    try (var _ = storage.lock(StoreLayout.LOCK)) {
      Optional<PublishedManifest> live;
      try {
        live = ManifestStore.open(storage, options.random(), keyRing, Optional.empty()).published();
      } catch (CorruptFileException e) {
        // Only the manifest says which files there should be, and from where on the log counts.
        return Verification.of(Damage.of(e));
      }
      return verify(live);
    } catch (IOException | InternalError e) {
      throw new ReadFailedException("store: cannot be verified", e);
    }
  }

  private Verification verify(Optional<PublishedManifest> live) throws IOException {
    var verifier = new CheckpointVerifier(storage, keyRing, options.levels(), options.random());
    var checkpoint = live.isPresent() ? verifier.verify(live.get()) : Verification.NOTHING;
    Optional<UUID> storeId;
    try {
      storeId =
          live.isPresent()
              ? Optional.of(ManifestStore.uuid(live.get().manifest().getStoreId()))
              : LogRecovery.readableStoreId(storage);
    } catch (CorruptFileException e) {
      return checkpoint.withLog(1, 0, List.of(Damage.of(e)), 1);
    }
    if (storeId.isEmpty()) {
      return checkpoint;
    }
    try (var log = LogVerification.open(storage, catalog(storeId.get()))) {
      return log.verify(checkpoint);
    }
  }

  private PageCodec catalog(UUID storeId) {
    return new StoreKeys(keyRing, storeId).catalog();
  }

  /// Makes a store of a whole snapshot where there is none, under the keys that it was sealed by.
  public void restore(Iterator<SnapshotOp> ops) {
    restore(
        Optional.empty(),
        manifests -> new SnapshotRestorer(storage, manifests, false).restore(ops));
  }

  /// Makes a store of another id, under keys of its own, of a whole snapshot of whatever keys.
  public void importSnapshot(Iterator<SnapshotOp> ops) {
    restore(
        Optional.empty(), manifests -> new SnapshotRestorer(storage, manifests, true).restore(ops));
  }

  @FunctionalInterface
  private interface Restoring {
    void restore(ManifestStore manifests) throws IOException;
  }

  private void restore(Optional<UUID> storeId, Restoring restoring) {
    try {
      storage.createDirectories("");
      try (var _ = storage.lock(StoreLayout.LOCK)) {
        var manifests = ManifestStore.open(storage, options.random(), keyRing, storeId);
        if (manifests.live().isPresent() || LogRecovery.storeId(storage).isPresent()) {
          throw new IllegalArgumentException("directory: holds a store (expected: none)");
        }
        restoring.restore(manifests);
      }
    } catch (IOException e) {
      throw new StoreFailedException("store: cannot be restored", e);
    }
  }

  /// Makes another store of what can be read of this one: of the checkpoint, and then of the log.
  public SalvageReport salvageTo(Storage target) {
    try (var _ = storage.lock(StoreLayout.LOCK)) {
      return hasLogOnly() ? salvageLog(target) : salvageAll(target);
    } catch (IOException | InternalError e) {
      throw new StoreFailedException("store: cannot be salvaged", e);
    }
  }

  /// Whether there is no checkpoint, neither published nor written to its end.
  private boolean hasLogOnly() throws IOException {
    try {
      return LogRecovery.hasLog(storage)
          && ManifestStore.open(storage, options.random(), keyRing, Optional.empty())
              .live()
              .isEmpty()
          && ManifestStore.newestReadable(storage, keyRing).isEmpty();
    } catch (CorruptFileException e) {
      return false;
    }
  }

  private SalvageReport salvageLog(Storage target) throws IOException {
    var storeId = LogRecovery.readableStoreId(storage).orElseThrow();
    var nothing =
        new SnapshotOp.Restore(
            Position.START,
            0,
            0,
            FeatureLevels.FIRST,
            EngineOpening.ALL_SLOTS,
            Map.of(),
            RequestWindow.empty(RequestWindow.BYTES_MAX).freeze().encode());
    var salvaged = new OfflineStore(target, options, keyRing);
    salvaged.restore(
        Optional.of(storeId),
        manifests ->
            new SnapshotRestorer(target, manifests, false)
                .restore(List.<SnapshotOp>of(nothing).iterator()));
    return salvaged.replay(storage, storeId, SalvageReport.NOTHING);
  }

  private SalvageReport salvageAll(Storage target) throws IOException {
    try (var salvager = Salvager.open(storage, keyRing, options.random())) {
      var salvaged = new OfflineStore(target, options, keyRing);
      salvaged.restore(
          Optional.of(salvager.storeId()),
          manifests -> new SnapshotRestorer(target, manifests, false).restore(salvager));
      var report = salvager.report();
      return LogRecovery.hasLog(storage)
          ? salvaged.replay(storage, salvager.storeId(), report)
          : report;
    }
  }

  /// Logs and applies here what another store's log holds behind the checkpoint that this one was
  /// made of.
  private SalvageReport replay(Storage damaged, UUID storeId, SalvageReport report)
      throws IOException {
    var findings = new Findings();
    var outcomes = new ArrayList<Outcome>();
    var engine = new EngineOpening(storage, options, keyRing).standalone();
    try (var log = LogWalk.open(damaged, catalog(storeId), findings::add)) {
      log.run(
          report.position().next().index(), (_, entry) -> outcomes.addAll(engine.replay(entry)));
      long appliedCount =
          outcomes.stream().filter(outcome -> outcome instanceof Outcome.Applied).count();
      return report.withLog(
          engine.live().head().position(),
          appliedCount,
          outcomes.size() - appliedCount,
          List.copyOf(findings.damages()),
          findings.damageCount());
    } finally {
      engine.close();
    }
  }
}
