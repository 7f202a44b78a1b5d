package io.quiverdb.core;

import java.util.List;
import java.util.Optional;

/// What became of one operation. Equal on every replica.
public sealed interface Outcome {
  /// It took effect.
  ///
  /// @param version the store's operation counter after it
  /// @param points for an operation on points, what became of each, in the operation's order
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

  /// A point is not as the operation demands; so nothing was done to any.
  ///
  /// @param points those that are not, each once, in the operation's order; none in the answer to a
  ///   repetition
  record PreconditionFailed(List<FailedPoint> points) implements Outcome {
    public PreconditionFailed {
      points = List.copyOf(points);
    }
  }

  /// @param version of the point, empty if there is none
  record FailedPoint(String id, Optional<Long> version) {}

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
    ABSENT,
    /// It has the payload that it was to have.
    PAYLOAD_SET
  }
}
