package io.quiverdb.core;

import java.util.Optional;

/// A point as it is written. Its id is 1 to [#ID_BYTES_MAX] bytes of UTF-8.
public record Point(
    String id, Vector vector, Payload payload, Optional<Precondition> precondition) {
  public static final int ID_BYTES_MAX = 512;

  /// One that is written whatever is there.
  public Point(String id, Vector vector, Payload payload) {
    this(id, vector, payload, Optional.empty());
  }
}
