package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.format.PublishedFile;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The bytes of a manifest's file, whatever they are.
record UncheckedManifest(String path, ByteString content) {
  /// @throws CorruptFileException if it is missing
  static UncheckedManifest read(Storage storage, String path) throws IOException {
    var file = PublishedFile.open(storage, path);
    return new UncheckedManifest(path, ByteString.copyFrom(file.bytes().asByteBuffer()));
  }

  /// @throws CorruptFileException if it is not intact
  Manifest verify() {
    return ManifestFormat.decode(path, content);
  }

  /// @throws CorruptFileException if it is not intact or not the one that `current` means
  Manifest verify(Current current) {
    var manifest = verify();
    var checks = new FileChecks(path, content);
    checks.that("length", 0, current.manifestBytes(), (long) content.size());
    checks.that(
        "SHA-256",
        0,
        FileChecks.hex(current.manifestSha256()),
        FileChecks.hex(sha256(content.toByteArray())));
    checks.that("manifest version", 0, current.manifestVersion(), manifest.getVersion());
    return manifest;
  }

  static ByteString sha256(byte[] content) {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
