package io.quiverdb.raft.catalog;

import java.util.regex.Pattern;

/// Which names a collection may have.
final class CollectionNames {
  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}");

  private CollectionNames() {}

  /// @throws IllegalArgumentException if no collection may have this name
  static void check(String name) {
    if (!VALID.matcher(name).matches()) {
      String shown = name.length() <= 128 ? name : name.substring(0, 128) + "…";
      throw new IllegalArgumentException(
          "collection name: \""
              + shown
              + "\" (expected: 1 to 128 of the letters A to Z and a to z, digits, '_', '-' and '.',"
              + " not beginning with '.')");
    }
  }
}
