package io.quiverdb.node.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quiverdb.core.Deletion;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.Payload;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.Point;
import io.quiverdb.core.Precondition;
import io.quiverdb.core.Query;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.node.peer.proto.ExplainSearchResponse;
import io.quiverdb.node.peer.proto.OutcomeMessage;
import io.quiverdb.node.peer.proto.PeerCondition;
import io.quiverdb.node.peer.proto.PeerPoint;
import io.quiverdb.node.peer.proto.PeerStoredPoint;
import io.quiverdb.node.peer.proto.SearchPointsRequest;
import io.quiverdb.node.peer.proto.SearchPointsResponse;
import io.quiverdb.node.peer.proto.Stamp;
import io.quiverdb.node.peer.proto.WriteShardRequest;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.WrappedKeys;
import java.util.Optional;
import java.util.OptionalLong;

/// What nodes tell each other of points, as messages and back.
final class ShardMessages {
  private ShardMessages() {}

  // --- values

  static ByteString vector(Vector vector) {
    return UnsafeByteOperations.unsafeWrap(vector.toLittleEndian());
  }

  static Vector vector(ByteString message) {
    return Vector.fromLittleEndian(message.asReadOnlyByteBuffer());
  }

  private static ByteString payload(Payload payload) {
    return UnsafeByteOperations.unsafeWrap(payload.toBytes());
  }

  private static Payload payload(ByteString message) {
    return Payload.of(message.asReadOnlyByteBuffer());
  }

  static PeerStoredPoint storedPoint(StoredPoint point) {
    return PeerStoredPoint.newBuilder()
        .setId(point.id())
        .setVector(vector(point.vector()))
        .setPayload(payload(point.payload()))
        .setVersion(point.version())
        .build();
  }

  static StoredPoint storedPoint(PeerStoredPoint message) {
    return new StoredPoint(
        message.getId(),
        vector(message.getVector()),
        payload(message.getPayload()),
        message.getVersion());
  }

  static SearchPointsResponse.Hit hit(Hit hit) {
    var message =
        SearchPointsResponse.Hit.newBuilder()
            .setId(hit.id())
            .setScore(hit.score())
            .setVersion(hit.version());
    hit.payload().ifPresent(payload -> message.setPayload(payload(payload)));
    hit.vector().ifPresent(vector -> message.setVector(vector(vector)));
    return message.build();
  }

  static Hit hit(SearchPointsResponse.Hit message) {
    return new Hit(
        message.getId(),
        message.getScore(),
        message.getVersion(),
        message.hasPayload() ? Optional.of(payload(message.getPayload())) : Optional.empty(),
        message.hasVector() ? Optional.of(vector(message.getVector())) : Optional.empty());
  }

  // --- searches

  static SearchPointsRequest.Builder search(int shard, long collectionId, Query query) {
    var request =
        SearchPointsRequest.newBuilder()
            .setShard(shard)
            .setCollectionId(collectionId)
            .setVector(vector(query.vector()))
            .setK(query.k())
            .setWithPayload(query.withPayload())
            .setWithVector(query.withVector())
            .setExact(query.exact());
    query.filter().ifPresent(filter -> request.setFilter(FilterMessages.filter(filter)));
    query.ef().ifPresent(request::setEf);
    query.scoreThreshold().ifPresent(request::setScoreThreshold);
    return request;
  }

  static Query query(SearchPointsRequest request) {
    return new Query(
        vector(request.getVector()),
        request.getK(),
        request.hasFilter()
            ? Optional.of(FilterMessages.filter(request.getFilter()))
            : Optional.empty(),
        request.getWithPayload(),
        request.getWithVector(),
        request.getExact(),
        PeerMessages.ef(request.hasEf(), request.getEf()),
        request.hasScoreThreshold() ? Optional.of(request.getScoreThreshold()) : Optional.empty());
  }

  static ExplainSearchResponse.Plan plan(SegmentPlan plan) {
    var message =
        ExplainSearchResponse.Plan.newBuilder()
            .setWay(way(plan.way()))
            .setRows(plan.rows())
            .setMatchesEstimated(plan.matchesEstimated())
            .setRowsScanned(plan.rowsScanned())
            .setNodesVisited(plan.nodesVisited())
            .setNanos(plan.nanos());
    plan.segment().ifPresent(message::setSegment);
    return message.build();
  }

  static SegmentPlan plan(ExplainSearchResponse.Plan message) {
    return new SegmentPlan(
        message.hasSegment() ? OptionalLong.of(message.getSegment()) : OptionalLong.empty(),
        way(message.getWay()),
        message.getRows(),
        message.getMatchesEstimated(),
        message.getRowsScanned(),
        message.getNodesVisited(),
        message.getNanos());
  }

  private static ExplainSearchResponse.Way way(SegmentPlan.Way way) {
    return switch (way) {
      case EXACT -> ExplainSearchResponse.Way.EXACT;
      case NO_GRAPH -> ExplainSearchResponse.Way.NO_GRAPH;
      case FEW_MATCHES -> ExplainSearchResponse.Way.FEW_MATCHES;
      case GRAPH -> ExplainSearchResponse.Way.GRAPH;
      case GRAPH_THEN_SCAN -> ExplainSearchResponse.Way.GRAPH_THEN_SCAN;
    };
  }

  private static SegmentPlan.Way way(ExplainSearchResponse.Way way) {
    return switch (way) {
      case EXACT -> SegmentPlan.Way.EXACT;
      case NO_GRAPH -> SegmentPlan.Way.NO_GRAPH;
      case FEW_MATCHES -> SegmentPlan.Way.FEW_MATCHES;
      case GRAPH -> SegmentPlan.Way.GRAPH;
      case GRAPH_THEN_SCAN -> SegmentPlan.Way.GRAPH_THEN_SCAN;
      case WAY_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("way: " + way + " (expected: a known one)");
    };
  }

  // --- writes

  static WriteShardRequest write(int shard, ShardWrite write) {
    var message = WriteShardRequest.newBuilder().setShard(shard).setStamp(stamp(write.stamp()));
    switch (write) {
      case ShardWrite.Upsert(_, var collectionId, var points) -> {
        var upsert = WriteShardRequest.Upsert.newBuilder().setCollectionId(collectionId);
        points.forEach(point -> upsert.addPoints(point(point)));
        message.setUpsert(upsert);
      }
      case ShardWrite.SetPayload(_, var collectionId, var changes) ->
          message.setSetPayload(
              WriteShardRequest.SetPayload.newBuilder()
                  .setCollectionId(collectionId)
                  .addAllChanges(changes.stream().map(ShardMessages::change).toList()));
      case ShardWrite.Delete(_, var collectionId, var deletions) ->
          message.setDelete(
              WriteShardRequest.Delete.newBuilder()
                  .setCollectionId(collectionId)
                  .addAllDeletions(deletions.stream().map(ShardMessages::deletion).toList()));
      case ShardWrite.UpdateSettings(_, var collectionId, var catalogIndex, var settings) -> {
        var update =
            WriteShardRequest.UpdateSettings.newBuilder()
                .setCollectionId(collectionId)
                .setCatalogIndex(catalogIndex)
                .addAllFields(PeerMessages.fields(settings.filterableFields()));
        settings.ef().ifPresent(update::setEf);
        message.setUpdateSettings(update);
      }
      case ShardWrite.CreateCollection create ->
          message.setCreate(
              WriteShardRequest.Create.newBuilder()
                  .setCollectionId(create.collectionId())
                  .setCatalogIndex(create.catalogIndex())
                  .setShape(
                      PeerMessages.shape(create.name(), create.descriptor(), create.settings()))
                  .setWrappedKeys(create.wrappedKeys().bytes()));
      case ShardWrite.DropCollection(_, var collectionId, var catalogIndex) ->
          message.setDrop(
              WriteShardRequest.Drop.newBuilder()
                  .setCollectionId(collectionId)
                  .setCatalogIndex(catalogIndex));
      case ShardWrite.ShredCollection(_, var collectionId, var catalogIndex) ->
          message.setShred(
              WriteShardRequest.Drop.newBuilder()
                  .setCollectionId(collectionId)
                  .setCatalogIndex(catalogIndex));
      case ShardWrite.SetFeatureLevel(_, int level) -> message.setSetFeatureLevel(level);
      case ShardWrite.HashMark _ ->
          message.setHashMark(WriteShardRequest.HashMark.getDefaultInstance());
      case ShardWrite.SetOwnership(_, var epoch, var slots) -> {
        var ownership = WriteShardRequest.SetOwnership.newBuilder().setEpoch(epoch);
        for (var range : slots) {
          ownership.addSlots(
              WriteShardRequest.Slots.newBuilder().setFirst(range.first()).setLast(range.last()));
        }
        message.setSetOwnership(ownership);
      }
    }
    return message.build();
  }

  static ShardWrite write(WriteShardRequest message) {
    var stamp = stamp(message.getStamp());
    return switch (message.getWriteCase()) {
      case UPSERT ->
          new ShardWrite.Upsert(
              stamp,
              message.getUpsert().getCollectionId(),
              message.getUpsert().getPointsList().stream().map(ShardMessages::point).toList());
      case SET_PAYLOAD ->
          new ShardWrite.SetPayload(
              stamp,
              message.getSetPayload().getCollectionId(),
              message.getSetPayload().getChangesList().stream()
                  .map(ShardMessages::change)
                  .toList());
      case DELETE ->
          new ShardWrite.Delete(
              stamp,
              message.getDelete().getCollectionId(),
              message.getDelete().getDeletionsList().stream()
                  .map(ShardMessages::deletion)
                  .toList());
      case UPDATE_SETTINGS -> {
        var update = message.getUpdateSettings();
        yield new ShardWrite.UpdateSettings(
            stamp,
            update.getCollectionId(),
            update.getCatalogIndex(),
            new Settings(
                PeerMessages.filterableFields(update.getFieldsList()),
                PeerMessages.ef(update.hasEf(), update.getEf())));
      }
      case CREATE -> {
        var create = message.getCreate();
        yield new ShardWrite.CreateCollection(
            stamp,
            create.getCollectionId(),
            create.getCatalogIndex(),
            create.getShape().getName(),
            PeerMessages.descriptor(create.getShape()),
            PeerMessages.settings(create.getShape()),
            new WrappedKeys(create.getWrappedKeys()));
      }
      case DROP ->
          new ShardWrite.DropCollection(
              stamp, message.getDrop().getCollectionId(), message.getDrop().getCatalogIndex());
      case SHRED ->
          new ShardWrite.ShredCollection(
              stamp, message.getShred().getCollectionId(), message.getShred().getCatalogIndex());
      case SET_FEATURE_LEVEL -> new ShardWrite.SetFeatureLevel(stamp, message.getSetFeatureLevel());
      case HASH_MARK -> new ShardWrite.HashMark(stamp);
      case SET_OWNERSHIP ->
          new ShardWrite.SetOwnership(
              stamp,
              message.getSetOwnership().getEpoch(),
              message.getSetOwnership().getSlotsList().stream()
                  .map(slots -> new SlotRange(slots.getFirst(), slots.getLast()))
                  .toList());
      case WRITE_NOT_SET ->
          throw new IllegalArgumentException("write: of no known kind (expected: a known one)");
    };
  }

  private static PeerPoint point(Point point) {
    var message =
        PeerPoint.newBuilder()
            .setId(point.id())
            .setVector(vector(point.vector()))
            .setPayload(payload(point.payload()));
    point.precondition().map(ShardMessages::condition).ifPresent(message::setPrecondition);
    return message.build();
  }

  private static Point point(PeerPoint message) {
    return new Point(
        message.getId(),
        vector(message.getVector()),
        payload(message.getPayload()),
        condition(message.hasPrecondition(), message.getPrecondition()));
  }

  private static WriteShardRequest.SetPayload.Change change(PayloadChange change) {
    var message =
        WriteShardRequest.SetPayload.Change.newBuilder()
            .setId(change.id())
            .setPayload(payload(change.payload()));
    change.precondition().map(ShardMessages::condition).ifPresent(message::setPrecondition);
    return message.build();
  }

  private static PayloadChange change(WriteShardRequest.SetPayload.Change message) {
    return new PayloadChange(
        message.getId(),
        payload(message.getPayload()),
        condition(message.hasPrecondition(), message.getPrecondition()));
  }

  private static WriteShardRequest.Delete.Deletion deletion(Deletion deletion) {
    var message = WriteShardRequest.Delete.Deletion.newBuilder().setId(deletion.id());
    deletion.precondition().map(ShardMessages::condition).ifPresent(message::setPrecondition);
    return message.build();
  }

  private static Deletion deletion(WriteShardRequest.Delete.Deletion message) {
    return new Deletion(
        message.getId(), condition(message.hasPrecondition(), message.getPrecondition()));
  }

  private static PeerCondition condition(Precondition precondition) {
    var message = PeerCondition.newBuilder();
    switch (precondition) {
      case Precondition.Absent() -> message.setAbsent(PeerCondition.Empty.getDefaultInstance());
      case Precondition.Present() -> message.setPresent(PeerCondition.Empty.getDefaultInstance());
      case Precondition.VersionEquals(var version) -> message.setVersion(version);
    }
    return message.build();
  }

  private static Optional<Precondition> condition(boolean isThere, PeerCondition message) {
    if (!isThere) {
      return Optional.empty();
    }
    return Optional.of(
        switch (message.getKindCase()) {
          case ABSENT -> new Precondition.Absent();
          case PRESENT -> new Precondition.Present();
          case VERSION -> new Precondition.VersionEquals(message.getVersion());
          case KIND_NOT_SET ->
              throw new IllegalArgumentException(
                  "precondition: of no known kind (expected: a known one)");
        });
  }

  private static Stamp stamp(RequestStamp stamp) {
    var message =
        Stamp.newBuilder()
            .setRequestId(PeerMessages.bytes(stamp.id().uuid()))
            .setEpoch(stamp.epoch());
    stamp.seen().ifPresent(seen -> message.setSeen(PeerMessages.position(seen)));
    return message.build();
  }

  private static RequestStamp stamp(Stamp message) {
    return new RequestStamp(
        new RequestId(PeerMessages.uuid(message.getRequestId())),
        message.getEpoch(),
        message.hasSeen()
            ? Optional.of(PeerMessages.position(message.getSeen()))
            : Optional.empty());
  }

  // --- outcomes

  static OutcomeMessage outcome(Outcome outcome) {
    var message = OutcomeMessage.newBuilder();
    var nothing = OutcomeMessage.Empty.getDefaultInstance();
    switch (outcome) {
      case Outcome.Applied(var version, var points) ->
          message.setApplied(
              OutcomeMessage.Applied.newBuilder()
                  .setVersion(version)
                  .addAllPoints(points.stream().map(ShardMessages::pointOutcome).toList()));
      case Outcome.Duplicate(var first) -> message.setDuplicateOf(outcome(first));
      case Outcome.NotFound _ -> message.setNotFound(nothing);
      case Outcome.AlreadyExists _ -> message.setAlreadyExists(nothing);
      case Outcome.Invalid(var reason) -> message.setInvalid(reason);
      case Outcome.PreconditionFailed(var points) ->
          message.setPreconditionFailed(
              OutcomeMessage.PreconditionFailed.newBuilder()
                  .addAllPoints(points.stream().map(ShardMessages::failedPoint).toList()));
      case Outcome.Expired(var current) -> message.setExpired(PeerMessages.position(current));
      case Outcome.RequestIdReused _ -> message.setRequestIdReused(nothing);
      case Outcome.StaleEpoch(var current) -> message.setStaleEpoch(current);
      case Outcome.WrongShard(var id) -> message.setWrongShard(id);
      case Outcome.Superseded _ -> message.setSuperseded(nothing);
    }
    return message.build();
  }

  static Outcome outcome(OutcomeMessage message) {
    return switch (message.getOutcomeCase()) {
      case APPLIED ->
          new Outcome.Applied(
              message.getApplied().getVersion(),
              message.getApplied().getPointsList().stream()
                  .map(ShardMessages::pointOutcome)
                  .toList());
      case DUPLICATE_OF -> new Outcome.Duplicate(outcome(message.getDuplicateOf()));
      case NOT_FOUND -> new Outcome.NotFound();
      case ALREADY_EXISTS -> new Outcome.AlreadyExists();
      case INVALID -> new Outcome.Invalid(message.getInvalid());
      case PRECONDITION_FAILED ->
          new Outcome.PreconditionFailed(
              message.getPreconditionFailed().getPointsList().stream()
                  .map(ShardMessages::failedPoint)
                  .toList());
      case EXPIRED -> new Outcome.Expired(PeerMessages.position(message.getExpired()));
      case REQUEST_ID_REUSED -> new Outcome.RequestIdReused();
      case STALE_EPOCH -> new Outcome.StaleEpoch(message.getStaleEpoch());
      case WRONG_SHARD -> new Outcome.WrongShard(message.getWrongShard());
      case SUPERSEDED -> new Outcome.Superseded();
      case OUTCOME_NOT_SET ->
          throw new IllegalArgumentException("outcome: of no known kind (expected: a known one)");
    };
  }

  private static OutcomeMessage.FailedPoint failedPoint(Outcome.FailedPoint point) {
    var message = OutcomeMessage.FailedPoint.newBuilder().setId(point.id());
    point.version().ifPresent(message::setVersion);
    return message.build();
  }

  private static Outcome.FailedPoint failedPoint(OutcomeMessage.FailedPoint message) {
    return new Outcome.FailedPoint(
        message.getId(),
        message.hasVersion() ? Optional.of(message.getVersion()) : Optional.empty());
  }

  private static OutcomeMessage.PointOutcome pointOutcome(Outcome.PointResult result) {
    return switch (result) {
      case INSERTED -> OutcomeMessage.PointOutcome.INSERTED;
      case REPLACED -> OutcomeMessage.PointOutcome.REPLACED;
      case DELETED -> OutcomeMessage.PointOutcome.DELETED;
      case ABSENT -> OutcomeMessage.PointOutcome.ABSENT;
      case PAYLOAD_SET -> OutcomeMessage.PointOutcome.PAYLOAD_SET;
    };
  }

  private static Outcome.PointResult pointOutcome(OutcomeMessage.PointOutcome message) {
    return switch (message) {
      case INSERTED -> Outcome.PointResult.INSERTED;
      case REPLACED -> Outcome.PointResult.REPLACED;
      case DELETED -> Outcome.PointResult.DELETED;
      case ABSENT -> Outcome.PointResult.ABSENT;
      case PAYLOAD_SET -> Outcome.PointResult.PAYLOAD_SET;
      case POINT_OUTCOME_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("point: of no known outcome (expected: a known one)");
    };
  }
}
