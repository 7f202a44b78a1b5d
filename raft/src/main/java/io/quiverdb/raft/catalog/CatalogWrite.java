package io.quiverdb.raft.catalog;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import java.util.List;

/// A change of the catalogue that users ask for.
public sealed interface CatalogWrite {
  RequestId requestId();

  record CreateCollection(
      RequestId requestId, String name, Descriptor descriptor, Settings settings)
      implements CatalogWrite {}

  /// @param added fields that filters may name from now on; one that is declared already may come
  ///   again with its own type
  /// @param dropped paths of fields that they may name no longer; dropped before the others are
  ///   added
  record UpdateSettings(
      RequestId requestId, String name, List<FilterableField> added, List<String> dropped)
      implements CatalogWrite {
    public UpdateSettings {
      added = List.copyOf(added);
      dropped = List.copyOf(dropped);
    }
  }

  record DropCollection(RequestId requestId, String name) implements CatalogWrite {}

  record CreateApiKey(RequestId requestId, StoredApiKey key) implements CatalogWrite {}

  /// @param id of a key that is not the last
  record RevokeApiKey(RequestId requestId, String id) implements CatalogWrite {}
}
