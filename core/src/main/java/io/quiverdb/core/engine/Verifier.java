package io.quiverdb.core.engine;

import io.quiverdb.core.Damage;
import io.quiverdb.core.ReadFailedException;
import io.quiverdb.core.StoreStats;
import io.quiverdb.core.StoreStats.CollectionStats;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.core.Verification;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PinnedManifest;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Verifies the files of an open store while it goes on.
public final class Verifier {
  private final FilesLock files;
  private final Storage storage;
  private final ManifestStore manifests;
  private final CheckpointVerifier verifier;
  private final Consumer<List<Damage>> found;
  private final Supplier<StoreStats> stats;

  /// @param found hears of what is wrong
  /// @param stats of the store as it is now
  Verifier(
      FilesLock files,
      Storage storage,
      ManifestStore manifests,
      CheckpointVerifier verifier,
      Consumer<List<Damage>> found,
      Supplier<StoreStats> stats) {
    this.files = files;
    this.storage = storage;
    this.manifests = manifests;
    this.verifier = verifier;
    this.found = found;
    this.stats = stats;
  }

  /// The files of one moment: none of them goes before this is closed.
  private record Held(Optional<PinnedManifest> checkpoint, LogVerification log)
      implements AutoCloseable {
    @Override
    public void close() {
      log.close();
      checkpoint.ifPresent(PinnedManifest::close);
    }
  }

  /// All files of the newest checkpoint, its state hash, and those of the own log.
  public Verification verify() {
    try (var held =
        files.read(
            "the files",
            () -> {
              var log = LogVerification.open(storage, manifests.keys().catalog());
              return new Held(manifests.pin(), log);
            })) {
      var checkpoint =
          held.checkpoint.isPresent()
              ? verifier.verify(held.checkpoint.get().published())
              : Verification.NOTHING;
      return told(held.log.verify(checkpoint)).withIndex(stats.get().index());
    } catch (IOException e) {
      throw new ReadFailedException("store: cannot be verified", e);
    }
  }

  /// Those of one collection in the newest checkpoint.
  public Verification verify(long collectionId) {
    var pin = files.read("the manifest", manifests::pin);
    if (pin.isEmpty()) {
      return Verification.NOTHING;
    }
    try (var pinned = pin.get()) {
      return told(verifier.verify(pinned.published(), collectionId))
          .withIndex(coverage(collectionId));
    } catch (IOException e) {
      throw new ReadFailedException("store: cannot be verified", e);
    }
  }

  private IndexCoverage coverage(long collectionId) {
    return stats.get().collections().stream()
        .filter(collection -> collection.id() == collectionId)
        .map(CollectionStats::index)
        .findFirst()
        .orElse(IndexCoverage.NOTHING);
  }

  private Verification told(Verification verification) {
    found.accept(verification.damages());
    return verification;
  }
}
