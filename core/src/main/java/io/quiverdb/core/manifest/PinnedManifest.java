package io.quiverdb.core.manifest;

import java.util.Set;

/// Keeps the files of a manifest from being deleted, until it is closed by whatever thread.
public final class PinnedManifest implements AutoCloseable {
  private final PublishedManifest published;
  private final Set<PinnedManifest> pins;

  /// @param pins it is one of these until it is closed
  PinnedManifest(PublishedManifest published, Set<PinnedManifest> pins) {
    this.published = published;
    this.pins = pins;
  }

  public PublishedManifest published() {
    return published;
  }

  @Override
  public void close() {
    pins.remove(this);
  }
}
