package io.quiverdb.core;

import java.util.List;

/// What became of one operation. Equal on every replica.
public sealed interface Outcome {
  /// It took effect.
  ///
  /// @param version the store's operation counter after it
  /// @param points for an upsert or delete, what became of each point, in the operation's order
  record Applied(long version, List<PointResult> points) implements Outcome {
    public Applied {
      points = List.copyOf(points);
    }
  }

  /// It had been settled before; nothing changed now.
  record Duplicate(Outcome first) implements Outcome {}

  /// The collection does not exist here.
  record NotFound() implements Outcome {}

  /// The collection exists, or its id was used before.
  record AlreadyExists() implements Outcome {}

  /// It could never take effect.
  record Invalid(String reason) implements Outcome {}

  /// This attempt was not applied, and whether an earlier one was is no longer known.
  record Expired(Position current) implements Outcome {}

  /// Another request has this id.
  record RequestIdReused() implements Outcome {}

  /// The sender meant another epoch of the shard.
  record StaleEpoch(long current) implements Outcome {}

  /// An id belongs to another shard.
  record WrongShard(String id) implements Outcome {}

  /// A later change of the catalogue has been applied already.
  record Superseded() implements Outcome {}

  enum PointResult {
    INSERTED,
    REPLACED,
    DELETED,
    ABSENT
  }
}
