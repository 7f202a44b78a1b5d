package io.quiverdb.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Outcome.FailedPoint;
import io.quiverdb.core.Outcome.PointResult;
import io.quiverdb.core.Position;
import io.quiverdb.raft.proto.EntryAnswer;
import io.quiverdb.raft.proto.OutcomeMessage;
import io.quiverdb.raft.proto.OutcomeMessage.Applied;
import io.quiverdb.raft.proto.OutcomeMessage.Nothing;
import io.quiverdb.raft.proto.PointResultMessage;
import io.quiverdb.raft.proto.PositionMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Carries outcomes from the thread that applies an entry to whoever proposed it.
final class OutcomeMessages {
  private static final Nothing NOTHING = Nothing.getDefaultInstance();

  private OutcomeMessages() {}

  static ByteBuffer encode(long epoch, List<Outcome> outcomes) {
    var answer = EntryAnswer.newBuilder().setEpoch(epoch);
    outcomes.forEach(outcome -> answer.addOutcomes(toMessage(outcome)));
    return answer.build().toByteString().asReadOnlyByteBuffer();
  }

  /// @param answer as [#encode] made it
  static EntryAnswer decode(ByteBuffer answer) {
    try {
      return EntryAnswer.parseFrom(answer);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("answer of apply: not ours", e);
    }
  }

  private static OutcomeMessage toMessage(Outcome outcome) {
    var message = OutcomeMessage.newBuilder();
    return switch (outcome) {
      case Outcome.Applied(long version, List<PointResult> points) ->
          message
              .setApplied(Applied.newBuilder().setVersion(version).setPoints(toBytes(points)))
              .build();
      case Outcome.Duplicate(Outcome first) -> message.setDuplicateOf(toMessage(first)).build();
      case Outcome.NotFound() -> message.setNotFound(NOTHING).build();
      case Outcome.AlreadyExists() -> message.setAlreadyExists(NOTHING).build();
      case Outcome.Invalid(String reason) -> message.setInvalid(reason).build();
      case Outcome.PreconditionFailed(List<FailedPoint> points) ->
          message.setPreconditionFailed(toMessage(points)).build();
      case Outcome.Expired(Position current) -> message.setExpired(toMessage(current)).build();
      case Outcome.RequestIdReused() -> message.setRequestIdReused(NOTHING).build();
      case Outcome.StaleEpoch(long current) -> message.setStaleEpoch(current).build();
      case Outcome.WrongShard(String id) -> message.setWrongShard(id).build();
      case Outcome.Superseded() -> message.setSuperseded(NOTHING).build();
    };
  }

  static Outcome toOutcome(OutcomeMessage message) {
    return switch (message.getKindCase()) {
      case APPLIED ->
          new Outcome.Applied(
              message.getApplied().getVersion(), toPoints(message.getApplied().getPoints()));
      case DUPLICATE_OF -> new Outcome.Duplicate(toOutcome(message.getDuplicateOf()));
      case NOT_FOUND -> new Outcome.NotFound();
      case ALREADY_EXISTS -> new Outcome.AlreadyExists();
      case INVALID -> new Outcome.Invalid(message.getInvalid());
      case PRECONDITION_FAILED ->
          new Outcome.PreconditionFailed(toFailedPoints(message.getPreconditionFailed()));
      case EXPIRED -> new Outcome.Expired(toPosition(message.getExpired()));
      case REQUEST_ID_REUSED -> new Outcome.RequestIdReused();
      case STALE_EPOCH -> new Outcome.StaleEpoch(message.getStaleEpoch());
      case WRONG_SHARD -> new Outcome.WrongShard(message.getWrongShard());
      case SUPERSEDED -> new Outcome.Superseded();
      case KIND_NOT_SET -> throw new IllegalStateException("outcome without a kind");
    };
  }

  private static OutcomeMessage.PreconditionFailed toMessage(List<FailedPoint> points) {
    var message = OutcomeMessage.PreconditionFailed.newBuilder();
    for (var point : points) {
      var failed = message.addPointsBuilder().setId(point.id());
      point.version().ifPresent(failed::setVersion);
    }
    return message.build();
  }

  private static List<FailedPoint> toFailedPoints(OutcomeMessage.PreconditionFailed message) {
    return message.getPointsList().stream()
        .map(
            point ->
                new FailedPoint(
                    point.getId(),
                    point.hasVersion() ? Optional.of(point.getVersion()) : Optional.empty()))
        .toList();
  }

  private static ByteString toBytes(List<PointResult> points) {
    var bytes = new byte[points.size()];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) toMessage(points.get(index)).getNumber();
    }
    return ByteString.copyFrom(bytes);
  }

  private static List<PointResult> toPoints(ByteString bytes) {
    return IntStream.range(0, bytes.size())
        .mapToObj(index -> toPoint(PointResultMessage.forNumber(bytes.byteAt(index))))
        .toList();
  }

  private static PointResultMessage toMessage(PointResult result) {
    return switch (result) {
      case INSERTED -> PointResultMessage.INSERTED;
      case REPLACED -> PointResultMessage.REPLACED;
      case DELETED -> PointResultMessage.DELETED;
      case ABSENT -> PointResultMessage.ABSENT;
      case PAYLOAD_SET -> PointResultMessage.PAYLOAD_SET;
    };
  }

  private static PointResult toPoint(PointResultMessage message) {
    return switch (message) {
      case INSERTED -> PointResult.INSERTED;
      case REPLACED -> PointResult.REPLACED;
      case DELETED -> PointResult.DELETED;
      case ABSENT -> PointResult.ABSENT;
      case PAYLOAD_SET -> PointResult.PAYLOAD_SET;
      case POINT_RESULT_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException("point result: " + message);
    };
  }

  private static PositionMessage toMessage(Position position) {
    return PositionMessage.newBuilder()
        .setEpoch(position.epoch())
        .setTerm(position.term())
        .setIndex(position.index())
        .build();
  }

  private static Position toPosition(PositionMessage message) {
    return new Position(message.getEpoch(), message.getTerm(), message.getIndex());
  }
}
