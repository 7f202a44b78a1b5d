package io.quiverdb.raft.catalog;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;

/// A change of the catalogue that users ask for.
public sealed interface CatalogWrite {
  RequestId requestId();

  record CreateCollection(
      RequestId requestId, String name, Descriptor descriptor, Settings settings)
      implements CatalogWrite {}

  record DropCollection(RequestId requestId, String name) implements CatalogWrite {}
}
