package io.quiverdb.core;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// What may change about a collection.
///
/// @param filterableFields at most [#FILTERABLE_FIELDS_MAX]
/// @param ef of searches that say nothing about it, 1 to [Query#EF_MAX]; [Query#EF_DEFAULT] if it
///   is empty
public record Settings(List<FilterableField> filterableFields, OptionalInt ef) {
  public static final Settings NONE = new Settings(List.of());

  /// Ample: each costs an index in every segment.
  public static final int FILTERABLE_FIELDS_MAX = 256;

  public Settings {
    filterableFields = List.copyOf(filterableFields);
    if (filterableFields.size() > FILTERABLE_FIELDS_MAX) {
      throw new IllegalArgumentException(
          "filterable fields: %d (expected: at most %d)"
              .formatted(filterableFields.size(), FILTERABLE_FIELDS_MAX));
    }
    Set<String> paths = new HashSet<>();
    for (var field : filterableFields) {
      if (!paths.add(field.path())) {
        throw new IllegalArgumentException(
            "filterable field: " + field.path() + " twice (expected: once)");
      }
    }
    ef.ifPresent(Query::requireEf);
  }

  public Settings(List<FilterableField> filterableFields) {
    this(filterableFields, OptionalInt.empty());
  }

  /// A field of the payload that filters may name.
  ///
  /// @param path names separated by dots, such as `author.name`; at most [Filter#PATH_BYTES_MAX]
  ///   bytes of UTF-8
  public record FilterableField(String path, Type type) {
    public FilterableField {
      if (path.isEmpty() || List.of(path.split("\\.", -1)).contains("")) {
        throw new IllegalArgumentException(
            "filterable field: \"" + path + "\" (expected: names separated by dots)");
      }
      int bytes = path.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > Filter.PATH_BYTES_MAX) {
        throw new IllegalArgumentException(
            "filterable field: %d bytes (expected: at most %d)"
                .formatted(bytes, Filter.PATH_BYTES_MAX));
      }
    }

    public enum Type {
      KEYWORD,
      NUMERIC
    }
  }
}
