package io.quiverdb.raft.catalog;

import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// How a collection's settings are to change.
///
/// @param added fields that filters may name from now on; one that is declared already may come
///   again with its own type
/// @param dropped paths of fields that they may name no longer; dropped before the others are added
/// @param ef as of [Settings]; 0: from now on there is none; empty: it stays as it is
public record SettingsChange(List<FilterableField> added, List<String> dropped, OptionalInt ef) {
  public SettingsChange {
    added = List.copyOf(added);
    dropped = List.copyOf(dropped);
  }

  /// What it makes of settings.
  ///
  /// @throws IllegalArgumentException if a field to be dropped is not declared, one to be added is
  ///   declared with another type, `ef` is out of range, or nothing is asked for, or the settings
  ///   grow too large
  public Settings apply(Settings settings) {
    if (added.isEmpty() && dropped.isEmpty() && ef.isEmpty()) {
      throw new IllegalArgumentException(
          "settings: no change (expected: a field to add or to drop, or ef)");
    }
    var changed = new Settings(fields(settings.filterableFields()), ef(settings.ef()));
    int bytes = CatalogMessages.toMessage(changed).getSerializedSize();
    if (bytes > CatalogOps.BYTES_MAX) {
      throw new IllegalArgumentException(
          "collection settings: %d bytes (expected: at most %d)"
              .formatted(bytes, CatalogOps.BYTES_MAX));
    }
    return changed;
  }

  private List<FilterableField> fields(List<FilterableField> declared) {
    var fields = new ArrayList<>(declared);
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
    return fields;
  }

  private OptionalInt ef(OptionalInt before) {
    if (ef.isEmpty()) {
      return before;
    }
    return ef.getAsInt() == 0 ? OptionalInt.empty() : ef;
  }
}
