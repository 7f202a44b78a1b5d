package io.quiverdb.core;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What may change about a collection.
public record Settings(List<FilterableField> filterableFields) {
  public static final Settings NONE = new Settings(List.of());

  public Settings {
    filterableFields = List.copyOf(filterableFields);
    Set<String> paths = new HashSet<>();
    for (var field : filterableFields) {
      if (!paths.add(field.path())) {
        throw new IllegalArgumentException(
            "filterable field: " + field.path() + " twice (expected: once)");
      }
    }
  }

  /// A field of the payload that filters may name.
  ///
  /// @param path names separated by dots, such as `author.name`
  public record FilterableField(String path, Type type) {
    public FilterableField {
      if (path.isEmpty() || List.of(path.split("\\.", -1)).contains("")) {
        throw new IllegalArgumentException(
            "filterable field: \"" + path + "\" (expected: names separated by dots)");
      }
    }

    public enum Type {
      KEYWORD,
      NUMERIC
    }
  }
}
