package io.quiverdb.core.state;

import io.quiverdb.core.Outcome;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Position;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// How a request was settled, in short.
///
/// @param digest of the request
/// @param position of the entry that settled it
/// @param version the operation counter after it if it took effect, else 0
/// @param pointCount how many points the outcome tells of
/// @param results of upserts: which points replaced another; of deletes and new payloads: which
///   points were there
record SettledRequest(
    UUID id,
    Hash128 digest,
    Position position,
    Kind kind,
    long version,
    int pointCount,
    BitSet results) {

  enum Kind {
    APPLIED(1),
    UPSERTED(2),
    DELETED(3),
    ALREADY_EXISTS(4),
    INVALID(5),
    PRECONDITION_FAILED(6),
    PAYLOAD_SET(7);

    /// As the format has it.
    final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    static Kind ofCode(byte code) {
      for (var kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("kind of request: " + code + " (expected: 1 to 7)");
    }
  }

  private static final String REPEATED =
      "refused when it was sent first, and only then told why (expected: a valid request)";

  /// Empty if the outcome settles nothing: this attempt was not applied, and the id may come again.
  static Optional<SettledRequest> of(UUID id, Hash128 digest, Position position, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Applied applied -> Optional.of(applied(id, digest, position, applied));
      case Outcome.AlreadyExists() ->
          Optional.of(refused(id, digest, position, Kind.ALREADY_EXISTS));
      case Outcome.Invalid(var _) -> Optional.of(refused(id, digest, position, Kind.INVALID));
      case Outcome.PreconditionFailed(var _) ->
          Optional.of(refused(id, digest, position, Kind.PRECONDITION_FAILED));
      case Outcome.Duplicate _,
          Outcome.NotFound _,
          Outcome.Expired _,
          Outcome.RequestIdReused _,
          Outcome.StaleEpoch _,
          Outcome.WrongShard _,
          Outcome.Superseded _ ->
          Optional.empty();
    };
  }

  private static SettledRequest applied(
      UUID id, Hash128 digest, Position position, Outcome.Applied outcome) {
    var points = outcome.points();
    var results = new BitSet();
    for (int index = 0; index < points.size(); index++) {
      results.set(index, wasThere(points.get(index)));
    }
    return new SettledRequest(
        id, digest, position, kind(points), outcome.version(), points.size(), results);
  }

  private static boolean wasThere(PointResult result) {
    return switch (result) {
      case REPLACED, DELETED, PAYLOAD_SET -> true;
      case INSERTED, ABSENT -> false;
    };
  }

  /// Of which operation these are the results. If all points were absent, it may have been either
  /// that leaves points so.
  private static Kind kind(List<PointResult> points) {
    var kind = Kind.APPLIED;
    for (var point : points) {
      switch (point) {
        case INSERTED, REPLACED -> {
          return Kind.UPSERTED;
        }
        case PAYLOAD_SET -> {
          return Kind.PAYLOAD_SET;
        }
        case DELETED, ABSENT -> kind = Kind.DELETED;
      }
    }
    return kind;
  }

  private static SettledRequest refused(UUID id, Hash128 digest, Position position, Kind kind) {
    return new SettledRequest(id, digest, position, kind, 0, 0, new BitSet());
  }

  Outcome outcome() {
    return switch (kind) {
      case APPLIED -> new Outcome.Applied(version, List.of());
      case UPSERTED ->
          new Outcome.Applied(version, pointResults(PointResult.REPLACED, PointResult.INSERTED));
      case DELETED ->
          new Outcome.Applied(version, pointResults(PointResult.DELETED, PointResult.ABSENT));
      case PAYLOAD_SET ->
          new Outcome.Applied(version, pointResults(PointResult.PAYLOAD_SET, PointResult.ABSENT));
      case ALREADY_EXISTS -> new Outcome.AlreadyExists();
      case INVALID -> new Outcome.Invalid(REPEATED);
      case PRECONDITION_FAILED -> new Outcome.PreconditionFailed(List.of());
    };
  }

  private List<PointResult> pointResults(PointResult wasThere, PointResult wasNot) {
    var points = new ArrayList<PointResult>(pointCount);
    for (int index = 0; index < pointCount; index++) {
      points.add(results.get(index) ? wasThere : wasNot);
    }
    return points;
  }
}
