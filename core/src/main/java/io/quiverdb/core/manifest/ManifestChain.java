package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Damage;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.op.OpProtos;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The manifests of a generation, each of which holds the hash of the one before. Of those that are
/// not the live one some may still be there, because somebody has pinned them.
public final class ManifestChain {
  private final ReadableStorage storage;
  private final KeyRing keyRing;
  private final Consumer<Damage> damages;

  /// @param damages hears of everything that is wrong
  public ManifestChain(ReadableStorage storage, KeyRing keyRing, Consumer<Damage> damages) {
    this.storage = storage;
    this.keyRing = keyRing;
    this.damages = damages;
  }

  /// Follows the chain back from `live` as far as it is there. What does not belong to it is a
  /// leftover, of a crash or of a deletion, and no concern of the store.
  ///
  /// The live one and its pointer are read too: an open store would not look at them again.
  public void verify(PublishedManifest live) throws IOException {
    verifyOnDisk(live);
    Map<ByteString, UncheckedManifest> others = new HashMap<>();
    for (var name : storage.list(live.directory())) {
      String path = live.directory() + "/" + name;
      if (ManifestStore.isManifest(name) && !path.equals(live.path())) {
        readUnlessDeleted(path)
            .ifPresent(
                other ->
                    others.put(UncheckedManifest.sha256(other.content().toByteArray()), other));
      }
    }
    var successor = live.manifest();
    var before = others.remove(successor.getPreviousSha256());
    while (before != null) {
      try {
        var manifest = before.verify(keyRing);
        verifyOrder(before, manifest, successor);
        successor = manifest;
        before = others.remove(manifest.getPreviousSha256());
      } catch (CorruptFileException e) {
        damages.accept(Damage.of(e));
        return;
      }
    }
  }

  /// Empty if it is not there any more: of an open store, manifests go while they are looked at.
  private Optional<UncheckedManifest> readUnlessDeleted(String path) throws IOException {
    try {
      return Optional.of(UncheckedManifest.read(storage, path));
    } catch (CorruptFileException e) {
      if (storage.exists(path)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private void verifyOnDisk(PublishedManifest live) throws IOException {
    try {
      var found = UncheckedManifest.read(storage, live.path()).verify(keyRing);
      if (!found.equals(live.manifest())) {
        throw new CorruptFileException(live.path(), 0, "content", "as it was read", "another");
      }
    } catch (CorruptFileException e) {
      damages.accept(Damage.of(e));
    }
    try {
      // It may name a newer one by now.
      Optional<Current> _ = ManifestStore.readCurrent(storage);
    } catch (CorruptFileException e) {
      damages.accept(Damage.of(e));
    }
  }

  private static void verifyOrder(UncheckedManifest file, Manifest before, Manifest after) {
    var checks = new FileChecks(file.path(), file.content());
    checks.that(
        "manifest version below that of its successor",
        0,
        true,
        before.getVersion() < after.getVersion());
    checks.that(
        "position not after that of its successor",
        0,
        true,
        OpProtos.position(before.getPosition()).compareTo(OpProtos.position(after.getPosition()))
            <= 0);
    checks.that(
        "operation counter not above that of its successor",
        0,
        true,
        before.getOpCounter() <= after.getOpCounter());
    checks.that("store id", 0, after.getStoreId(), before.getStoreId());
  }
}
