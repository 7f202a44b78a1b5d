package io.quiverdb.core.state;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Settings;
import io.quiverdb.core.crypto.CollectionKeys;

/// What a collection is, its points aside.
///
/// @param catalogIndex the last catalogue entry that changed it
public record CollectionHead(
    long id,
    String name,
    Descriptor descriptor,
    Settings settings,
    long catalogIndex,
    CollectionKeys keys) {
  CollectionHead with(Settings newSettings, long newCatalogIndex) {
    return new CollectionHead(id, name, descriptor, newSettings, newCatalogIndex, keys);
  }

  @Override
  public String toString() {
    return "CollectionHead[" + Long.toUnsignedString(id) + " " + name + "]";
  }
}
