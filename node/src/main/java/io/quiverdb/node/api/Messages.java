package io.quiverdb.node.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quiverdb.api.v1.Consistency;
import io.quiverdb.api.v1.DeleteRequest;
import io.quiverdb.api.v1.ShardLag;
import io.quiverdb.api.v1.ShardPosition;
import io.quiverdb.core.Deletion;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Payload;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.Point;
import io.quiverdb.core.PointIds;
import io.quiverdb.core.Position;
import io.quiverdb.core.Precondition;
import io.quiverdb.core.Query;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.node.routing.ReadHeader;
import io.quiverdb.node.routing.SessionToken;
import io.quiverdb.node.routing.ShardRouter;
import io.quiverdb.raft.Lag;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;

/// The contract's messages to the engine's types and back. What does not fit is an
/// [IllegalArgumentException] whose message starts with the field's name.
final class Messages {
  private Messages() {}

  // --- from the contract

  static Vector vector(io.quiverdb.api.v1.Vector message) {
    if (!message.getLittleEndian().isEmpty()) {
      if (message.getValuesCount() > 0) {
        throw new IllegalArgumentException(
            "vector: both values and little_endian (expected: one of them)");
      }
      return Vector.fromLittleEndian(message.getLittleEndian().asReadOnlyByteBuffer());
    }
    var components = new float[message.getValuesCount()];
    for (int index = 0; index < components.length; index++) {
      components[index] = message.getValues(index);
    }
    return Vector.of(components);
  }

  static Vector vector(io.quiverdb.api.v1.Vector message, Descriptor descriptor) {
    var vector = vector(message);
    if (vector.dimension() != descriptor.dimension()) {
      throw new IllegalArgumentException(
          "vector: " + vector.dimension() + " values (expected: " + descriptor.dimension() + ")");
    }
    return vector;
  }

  static Point point(io.quiverdb.api.v1.Point message, Descriptor descriptor, Limits limits) {
    String id = id(message.getId(), limits);
    var vector = vector(message.getVector(), descriptor);
    return new Point(
        id,
        vector,
        payload(message.getPayload(), limits),
        precondition(message.hasPrecondition(), message.getPrecondition()));
  }

  static PayloadChange payloadChange(io.quiverdb.api.v1.PayloadChange message, Limits limits) {
    return new PayloadChange(
        id(message.getId(), limits),
        payload(message.getPayload(), limits),
        precondition(message.hasPrecondition(), message.getPrecondition()));
  }

  static Deletion deletion(DeleteRequest.Deletion message, Limits limits) {
    return new Deletion(
        id(message.getId(), limits),
        precondition(message.hasPrecondition(), message.getPrecondition()));
  }

  private static Payload payload(ByteString message, Limits limits) {
    byte[] payload = message.toByteArray();
    if (payload.length > limits.payloadBytesMax()) {
      throw new IllegalArgumentException(
          "payload: %d bytes (expected: at most %d)"
              .formatted(payload.length, limits.payloadBytesMax()));
    }
    PayloadJson.check(payload);
    return Payload.of(payload);
  }

  private static Optional<Precondition> precondition(
      boolean isThere, io.quiverdb.api.v1.Precondition message) {
    if (!isThere) {
      return Optional.empty();
    }
    return Optional.of(
        switch (message.getKindCase()) {
          case ABSENT -> stated("absent", message.getAbsent(), new Precondition.Absent());
          case PRESENT -> stated("present", message.getPresent(), new Precondition.Present());
          case VERSION -> new Precondition.VersionEquals(message.getVersion());
          case KIND_NOT_SET ->
              throw new IllegalArgumentException(
                  "precondition: empty (expected: absent, present or version)");
        });
  }

  private static Precondition stated(String kind, boolean isStated, Precondition precondition) {
    if (!isStated) {
      throw new IllegalArgumentException(
          "precondition." + kind + ": false (expected: true, or another kind)");
    }
    return precondition;
  }

  static String id(String id, Limits limits) {
    int bytes = PointIds.utf8(id).length;
    if (bytes > limits.idBytesMax()) {
      throw new IllegalArgumentException(
          "id: %d bytes (expected: 1 to %d bytes of UTF-8)".formatted(bytes, limits.idBytesMax()));
    }
    return id;
  }

  static Descriptor descriptor(int dimension, io.quiverdb.api.v1.Metric metric, Limits limits) {
    if (dimension < 1 || dimension > limits.dimensionMax()) {
      throw new IllegalArgumentException(
          "dimension: %s (expected: 1 to %d)"
              .formatted(Integer.toUnsignedString(dimension), limits.dimensionMax()));
    }
    return new Descriptor(
        dimension,
        switch (metric) {
          case METRIC_UNSPECIFIED, COSINE -> Metric.COSINE;
          case L2_SQUARED -> Metric.L2_SQUARED;
          case DOT -> Metric.DOT;
          case UNRECOGNIZED ->
              throw new IllegalArgumentException(
                  "metric: unknown (expected: L2_SQUARED, COSINE or DOT)");
        });
  }

  static List<FilterableField> filterableFields(List<io.quiverdb.api.v1.FilterableField> messages) {
    return messages.stream().map(Messages::filterableField).toList();
  }

  /// @throws IllegalArgumentException if it is far out of range
  static OptionalInt ef(boolean isThere, int ef) {
    if (ef < 0) {
      throw new IllegalArgumentException(
          "ef: %s (expected: 1 to %d)".formatted(Integer.toUnsignedString(ef), Query.EF_MAX));
    }
    return isThere ? OptionalInt.of(ef) : OptionalInt.empty();
  }

  private static FilterableField filterableField(io.quiverdb.api.v1.FilterableField message) {
    return new FilterableField(
        message.getPath(),
        switch (message.getType()) {
          case KEYWORD -> FilterableField.Type.KEYWORD;
          case NUMERIC -> FilterableField.Type.NUMERIC;
          case FIELD_TYPE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException(
                  "filterable_fields.type: missing or unknown (expected: KEYWORD or NUMERIC)");
        });
  }

  /// @return empty if `text` is
  static Optional<RequestId> requestId(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      var uuid = UUID.fromString(text);
      // The parser also takes shortened groups.
      if (uuid.toString().equalsIgnoreCase(text)) {
        return Optional.of(new RequestId(uuid));
      }
    } catch (IllegalArgumentException _) {
      // Refused below.
    }
    throw new IllegalArgumentException("request_id: \"" + text + "\" (expected: a UUID)");
  }

  static Map<Integer, Position> positions(List<ShardPosition> messages) {
    Map<Integer, Position> positions = new HashMap<>();
    for (var message : messages) {
      positions.put(
          message.getShard(),
          new Position(message.getEpoch(), message.getTerm(), message.getIndex()));
    }
    return positions;
  }

  /// A token that no level needs is named in the answer's token, too.
  static ReadHeader readHeader(Consistency consistency, String sessionToken, boolean direct) {
    var level =
        switch (consistency) {
          case CONSISTENCY_UNSPECIFIED, LINEARIZABLE -> ReadHeader.Level.LINEARIZABLE;
          case SESSION -> ReadHeader.Level.SESSION;
          case ANY -> ReadHeader.Level.ANY;
          case UNRECOGNIZED ->
              throw new IllegalArgumentException(
                  "consistency: unknown (expected: LINEARIZABLE, SESSION or ANY)");
        };
    return new ReadHeader(level, SessionToken.positions(sessionToken), direct);
  }

  // --- to the contract

  /// Names what the session had seen and what the answer shows.
  static String sessionToken(Map<Integer, Position> session, ShardRouter.Answer<?> answer) {
    return SessionToken.of(SessionToken.merged(session, answer.positions()));
  }

  /// By shard.
  static List<ShardLag> lags(ShardRouter.Answer<?> answer) {
    return new TreeMap<>(answer.lags())
        .entrySet().stream().map(entry -> lag(entry.getKey(), entry.getValue())).toList();
  }

  private static ShardLag lag(int shard, Lag lag) {
    var message = ShardLag.newBuilder().setShard(shard).setEntries(lag.entries());
    lag.leaderSilenceMillis().ifPresent(message::setLeaderSilenceMillis);
    return message.build();
  }

  static ShardPosition position(int shard, Position position) {
    return ShardPosition.newBuilder()
        .setShard(shard)
        .setEpoch(position.epoch())
        .setTerm(position.term())
        .setIndex(Math.max(0, position.index()))
        .build();
  }

  /// By shard.
  static List<ShardPosition> positions(Map<Integer, Position> positions) {
    return new TreeMap<>(positions)
        .entrySet().stream().map(entry -> position(entry.getKey(), entry.getValue())).toList();
  }

  static io.quiverdb.api.v1.Vector vector(Vector vector) {
    return io.quiverdb.api.v1.Vector.newBuilder()
        .setLittleEndian(UnsafeByteOperations.unsafeWrap(vector.toLittleEndian()))
        .build();
  }

  static io.quiverdb.api.v1.StoredPoint storedPoint(StoredPoint point) {
    return io.quiverdb.api.v1.StoredPoint.newBuilder()
        .setId(point.id())
        .setVector(vector(point.vector()))
        .setPayload(payload(point.payload()))
        .setVersion(point.version())
        .build();
  }

  static io.quiverdb.api.v1.Hit hit(Hit hit) {
    var message =
        io.quiverdb.api.v1.Hit.newBuilder()
            .setId(hit.id())
            .setScore(hit.score())
            .setVersion(hit.version());
    hit.payload().ifPresent(payload -> message.setPayload(payload(payload)));
    hit.vector().ifPresent(vector -> message.setVector(vector(vector)));
    return message.build();
  }

  private static ByteString payload(Payload payload) {
    return UnsafeByteOperations.unsafeWrap(payload.toBytes());
  }

  static io.quiverdb.api.v1.Collection collection(CollectionInfo info) {
    var message =
        io.quiverdb.api.v1.Collection.newBuilder()
            .setName(info.name())
            .setId(info.id())
            .setDimension(info.descriptor().dimension())
            .setMetric(
                switch (info.descriptor().metric()) {
                  case L2_SQUARED -> io.quiverdb.api.v1.Metric.L2_SQUARED;
                  case COSINE -> io.quiverdb.api.v1.Metric.COSINE;
                  case DOT -> io.quiverdb.api.v1.Metric.DOT;
                })
            .setState(
                switch (info.state()) {
                  case CREATING -> io.quiverdb.api.v1.Collection.State.CREATING;
                  case ACTIVE, UPDATING -> io.quiverdb.api.v1.Collection.State.ACTIVE;
                  case DROPPING -> io.quiverdb.api.v1.Collection.State.DROPPING;
                  case ORPHANED -> io.quiverdb.api.v1.Collection.State.ORPHANED;
                  case SHREDDING -> io.quiverdb.api.v1.Collection.State.SHREDDING;
                });
    info.settings().ef().ifPresent(message::setEf);
    for (var field : info.settings().filterableFields()) {
      message.addFilterableFields(
          io.quiverdb.api.v1.FilterableField.newBuilder()
              .setPath(field.path())
              .setType(
                  switch (field.type()) {
                    case KEYWORD -> io.quiverdb.api.v1.FieldType.KEYWORD;
                    case NUMERIC -> io.quiverdb.api.v1.FieldType.NUMERIC;
                  }));
    }
    return message.build();
  }
}
