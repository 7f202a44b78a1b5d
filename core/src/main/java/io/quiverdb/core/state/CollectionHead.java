package io.quiverdb.core.state;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Settings;

/// What a collection is, its points aside.
///
/// @param catalogIndex the last catalogue entry that changed it
/// @param hashKey keys the row hashes, [#HASH_KEY_BYTES] long
public record CollectionHead(
    long id,
    String name,
    Descriptor descriptor,
    Settings settings,
    long catalogIndex,
    ByteString hashKey) {
  public static final int HASH_KEY_BYTES = 32;

  CollectionHead with(Settings newSettings, long newCatalogIndex) {
    return new CollectionHead(id, name, descriptor, newSettings, newCatalogIndex, hashKey);
  }

  @Override
  public String toString() {
    return "CollectionHead[" + Long.toUnsignedString(id) + " " + name + "]";
  }
}
