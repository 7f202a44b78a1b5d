package io.quiverdb.client;

import io.quiverdb.api.v1.DeleteRequest;
import java.util.Objects;
import java.util.Optional;

/// A point that is to go, if a condition holds of it.
public record Deletion(String id, Optional<Precondition> precondition) {
  public Deletion {
    Objects.requireNonNull(id);
  }

  public static Deletion of(String id) {
    return new Deletion(id, Optional.empty());
  }

  /// The same, if that holds of the point.
  public Deletion onlyIf(Precondition condition) {
    return new Deletion(id, Optional.of(condition));
  }

  DeleteRequest.Deletion toWire() {
    DeleteRequest.Deletion.Builder wire = DeleteRequest.Deletion.newBuilder().setId(id);
    precondition.map(Precondition::toWire).ifPresent(wire::setPrecondition);
    return wire.build();
  }
}
