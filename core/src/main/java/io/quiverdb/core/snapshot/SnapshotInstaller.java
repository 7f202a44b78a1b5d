package io.quiverdb.core.snapshot;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.ForeignFileException;
import io.quiverdb.core.checkpoint.CheckpointVerifier;
import io.quiverdb.core.manifest.ManifestStore;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/// Brings the files of a snapshot into a generation of their own, beside the live one. That they
/// become the live one is another step ([ManifestStore#switchTo]): a crash before it leaves the old
/// generation in charge, and what was brought is left over.
public final class SnapshotInstaller {
  /// The other half of the processors is for what the store's process serves meanwhile.
  private static final int PARTS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  private final Storage storage;
  private final ManifestStore manifests;
  private final CheckpointVerifier verifier;

  public SnapshotInstaller(Storage storage, ManifestStore manifests, CheckpointVerifier verifier) {
    this.storage = storage;
    this.manifests = manifests;
    this.verifier = verifier;
  }

  /// Verifies the files, links or copies them, and makes them durable, with their directories.
  /// Takes as long as that takes, and as the files take to come; the store goes on meanwhile.
  ///
  /// @param directory from [ManifestStore#reserveGeneration]
  /// @param keepsId whether a store that holds nothing yet may not take the id that comes
  /// @throws CorruptFileException if a file is not what the list says, or does not hold what was
  ///   written to it
  /// @throws ForeignFileException if they belong to another store than the live manifest
  /// @throws IllegalArgumentException if they are not those of one manifest
  public PublishedManifest stage(SnapshotFiles files, String directory, boolean keepsId)
      throws IOException {
    var list = files.list();
    if (list.isEmpty() || !ManifestStore.isManifest(list.getFirst().name())) {
      throw new IllegalArgumentException(
          "files: %d, a manifest not the first (expected: a manifest first)"
              .formatted(list.size()));
    }
    var incoming = new SnapshotTree(files, directory);
    var published = manifests.read(incoming, directory, list.getFirst().name());
    requireSameStore(published, keepsId);
    requireNoOthers(list, published);
    // While they come: it reads them in their order.
    var verification = verifier.of(incoming).verify(published, PARTS);
    if (!verification.isIntact()) {
      throw verification.damages().getFirst().toException();
    }
    for (var parent : parents(list, directory)) {
      storage.createDirectories(parent);
    }
    // The manifest last: after a crash none names what is not there.
    for (var file : list.reversed()) {
      bring(files, file, directory);
    }
    for (var parent : parents(list, directory).reversed()) {
      storage.syncDirectory(parent);
    }
    return published;
  }

  /// The directories of the files, those above first.
  private static List<String> parents(List<SnapshotFile> files, String directory) {
    var parents = new TreeSet<String>();
    parents.add(directory);
    for (var file : files) {
      int slash = file.name().lastIndexOf('/');
      if (slash > 0) {
        parents.add(directory + "/" + file.name().substring(0, slash));
        parents.add(directory + "/" + file.name().substring(0, file.name().indexOf('/')));
      }
    }
    return List.copyOf(parents);
  }

  private void bring(SnapshotFiles files, SnapshotFile file, String directory) throws IOException {
    String path = directory + "/" + file.name();
    var place = files.place(file);
    if (place.isPresent() && storage.adopt(place.get(), path)) {
      return;
    }
    try (var arena = Arena.ofConfined()) {
      copy(files.open(file, arena), file, path, arena);
    }
  }

  private void copy(ReadableFile from, SnapshotFile file, String path, Arena arena)
      throws IOException {
    try (var to = storage.create(path)) {
      FileChunks.forEach(from, to::append);
      to.sync();
    }
    var copied = storage.open(path, arena);
    require(path, "length", file.bytes(), copied.length());
    require(path, "SHA-256", file.sha256(), LocalSnapshotFiles.sha256(copied));
  }

  private static void require(String path, String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new CorruptFileException(path, 0, what, expected, found);
    }
  }

  private void requireSameStore(PublishedManifest staged, boolean keepsId) {
    var live = manifests.live().filter(manifest -> keepsId || manifest.getOpCounter() > 0);
    if (live.isPresent() && !live.get().getStoreId().equals(staged.manifest().getStoreId())) {
      throw new ForeignFileException(
          "store id of the snapshot",
          hex(live.get().getStoreId().toByteArray()),
          hex(staged.manifest().getStoreId().toByteArray()));
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static void requireNoOthers(List<SnapshotFile> files, PublishedManifest published) {
    var known = new TreeSet<>(published.files());
    for (var file : files) {
      if (!known.contains(published.directory() + "/" + file.name())) {
        throw new IllegalArgumentException(
            "file: " + file.name() + " (expected: one that the manifest names)");
      }
    }
  }
}
