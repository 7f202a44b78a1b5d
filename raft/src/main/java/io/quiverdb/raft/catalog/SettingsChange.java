package io.quiverdb.raft.catalog;

import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import java.util.ArrayList;
import java.util.List;

/// What an update makes of a collection's settings.
final class SettingsChange {
  private SettingsChange() {}

  /// @param dropped paths of fields; they go before `added` come
  /// @throws IllegalArgumentException if a field to be dropped is not declared, one to be added is
  ///   declared with another type, or nothing is asked for, or the settings grow too large
  static Settings apply(Settings settings, List<FilterableField> added, List<String> dropped) {
    if (added.isEmpty() && dropped.isEmpty()) {
      throw new IllegalArgumentException(
          "settings: no change (expected: a field to add or to drop)");
    }
    var fields = new ArrayList<>(settings.filterableFields());
    for (var path : dropped) {
      if (!fields.removeIf(field -> field.path().equals(path))) {
        throw new IllegalArgumentException(
            "filterable field: \"" + path + "\" (expected: one that is declared)");
      }
    }
    for (var field : added) {
      // One of another type is refused by the settings: its path comes twice.
      if (!fields.contains(field)) {
        fields.add(field);
      }
    }
    var changed = new Settings(fields);
    int bytes = CatalogMessages.toMessage(changed).getSerializedSize();
    if (bytes > CatalogOps.BYTES_MAX) {
      throw new IllegalArgumentException(
          "collection settings: %d bytes (expected: at most %d)"
              .formatted(bytes, CatalogOps.BYTES_MAX));
    }
    return changed;
  }
}
