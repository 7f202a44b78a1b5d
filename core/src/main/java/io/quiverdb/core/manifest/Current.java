package io.quiverdb.core.manifest;

import com.google.protobuf.ByteString;

/// Which manifest is the live one, as the file `CURRENT` says it.
record Current(
    long generation,
    long manifestVersion,
    long manifestSalt,
    long manifestBytes,
    ByteString manifestSha256) {
  String directory() {
    return StoreLayout.generation(generation);
  }

  String manifestName() {
    return StoreLayout.manifestName(manifestVersion, manifestSalt);
  }

  String manifestPath() {
    return directory() + "/" + manifestName();
  }
}
