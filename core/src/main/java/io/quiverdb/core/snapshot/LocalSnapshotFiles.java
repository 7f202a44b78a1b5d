package io.quiverdb.core.snapshot;

import com.google.protobuf.ByteString;
import io.quiverdb.core.format.PublishedFile;
import io.quiverdb.core.manifest.PublishedManifest;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/// The files of a manifest of this store.
///
/// @param directory the one that their names are relative to
record LocalSnapshotFiles(Storage storage, String directory, List<SnapshotFile> list)
    implements SnapshotFiles {

  static LocalSnapshotFiles of(Storage storage, PublishedManifest published) throws IOException {
    List<SnapshotFile> files = new ArrayList<>();
    for (var path : published.files()) {
      try (var arena = Arena.ofConfined()) {
        var file = PublishedFile.open(storage, path, arena);
        String name = path.substring(published.directory().length() + 1);
        files.add(new SnapshotFile(name, file.length(), sha256(file)));
      }
    }
    return new LocalSnapshotFiles(storage, published.directory(), List.copyOf(files));
  }

  static ByteString sha256(ReadableFile file) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      FileChunks.forEach(file, digest::update);
      return ByteString.copyFrom(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  @Override
  public ReadableFile open(SnapshotFile file, Arena arena) throws IOException {
    return PublishedFile.open(storage, directory + "/" + file.name(), file.bytes(), arena);
  }
}
