package io.quiverdb.core;

import java.util.Optional;

/// The payload that a point is to have in place of its own.
public record PayloadChange(String id, Payload payload, Optional<Precondition> precondition) {
  /// Of whatever point is there.
  public PayloadChange(String id, Payload payload) {
    this(id, payload, Optional.empty());
  }
}
