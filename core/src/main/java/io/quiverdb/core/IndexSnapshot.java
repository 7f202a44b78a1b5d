package io.quiverdb.core;

import java.nio.charset.StandardCharsets;

/// A stream that a checkpoint publishes with a collection.
///
/// @param name under which it is read again; unique in its collection
public record IndexSnapshot(long collectionId, String name, IndexContent content) {
  static final int NAME_BYTES_MAX = 255;

  /// @throws IllegalArgumentException if the name is empty or longer than 255 bytes of UTF-8
  public IndexSnapshot {
    checkName(name);
  }

  public static void checkName(String name) {
    int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (nameBytes < 1 || nameBytes > NAME_BYTES_MAX) {
      throw new IllegalArgumentException(
          "name: " + nameBytes + " bytes (expected: 1 to " + NAME_BYTES_MAX + ")");
    }
  }
}
