package io.quiverdb.core.manifest;

import java.io.IOException;

/// What a publication changes of the live manifest; whatever else that says stays.
@FunctionalInterface
public interface ManifestChange {
  /// May write files named after [ManifestStore#nextVersion], and syncs them.
  ///
  /// @param next the live manifest, empty before there is one
  void applyTo(Manifest.Builder next) throws IOException;
}
