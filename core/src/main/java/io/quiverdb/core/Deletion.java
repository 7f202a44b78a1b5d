package io.quiverdb.core;

import java.util.Optional;

/// A point that is to go.
public record Deletion(String id, Optional<Precondition> precondition) {
  /// Of whatever point is there.
  public Deletion(String id) {
    this(id, Optional.empty());
  }
}
