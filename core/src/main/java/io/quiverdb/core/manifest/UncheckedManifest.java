package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;
import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.KeyRing;
import io.quiverdb.core.format.PublishedFile;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The bytes of a manifest's file, whatever they are.
///
/// @param version that its name says
record UncheckedManifest(String path, long version, ByteString content) {
  /// @throws CorruptFileException if it is missing
  static UncheckedManifest read(ReadableStorage storage, String path) throws IOException {
    var file = PublishedFile.open(storage, path);
    String name = path.substring(path.lastIndexOf('/') + 1);
    long version = StoreLayout.version(name).orElse(0);
    return new UncheckedManifest(path, version, ByteString.copyFrom(file.bytes().asByteBuffer()));
  }

  /// @throws CorruptFileException if it is not intact
  /// @throws io.quiverdb.core.WrongKeyException if it is sealed by another key
  Manifest verify(KeyRing keyRing) {
    return ManifestFormat.decode(
        path, MemorySegment.ofArray(content.toByteArray()), version, keyRing);
  }

  /// @throws CorruptFileException if it is not intact or not the one that `current` means
  Manifest verify(Current current, KeyRing keyRing) {
    var manifest = verify(keyRing);
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
