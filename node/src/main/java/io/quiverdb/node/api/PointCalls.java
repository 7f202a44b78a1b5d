package io.quiverdb.node.api;

import io.quiverdb.api.v1.CountRequest;
import io.quiverdb.api.v1.CountResponse;
import io.quiverdb.api.v1.DeleteRequest;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.api.v1.GetRequest;
import io.quiverdb.api.v1.GetResponse;
import io.quiverdb.api.v1.PointResult;
import io.quiverdb.api.v1.ScanRequest;
import io.quiverdb.api.v1.ScanResponse;
import io.quiverdb.api.v1.SetPayloadRequest;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.api.v1.WriteOptions;
import io.quiverdb.api.v1.WritePart;
import io.quiverdb.api.v1.WriteResponse;
import io.quiverdb.core.Deletion;
import io.quiverdb.core.Outcome;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.Point;
import io.quiverdb.core.Position;
import io.quiverdb.core.RequestId;
import io.quiverdb.node.routing.AnswerMemory;
import io.quiverdb.node.routing.AnswerMemory.Room;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.PartResult;
import io.quiverdb.node.routing.RoutingException.NotAttempted;
import io.quiverdb.node.routing.RoutingException.UnknownCollection;
import io.quiverdb.node.routing.SessionToken;
import io.quiverdb.node.routing.ShardRouter;
import io.quiverdb.node.routing.WriteHeader;
import io.quiverdb.raft.catalog.CollectionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// Answers the service of points.
final class PointCalls {
  private static final int PAGE_POINTS = 100;

  /// What clients take as the trailers of a call is 8 KiB, and there the detail is in base 64.
  private static final int DETAIL_BYTES_MAX = 4 << 10;

  private final ShardRouter router;
  private final Limits limits;
  private final Supplier<UUID> ids;

  /// @param ids draws request ids for those who bring none
  PointCalls(ShardRouter router, Limits limits, Supplier<UUID> ids) {
    this.router = router;
    this.limits = limits;
    this.ids = ids;
  }

  // --- writing

  WriteResponse upsert(UpsertRequest request, Deadline deadline) {
    checkCount("points", request.getPointsCount(), Integer.MAX_VALUE);
    var header = header(request.getOptions());
    var session = SessionToken.positions(request.getOptions().getSessionToken());
    CollectionInfo collection;
    try {
      collection = router.collection(request.getCollection(), deadline);
    } catch (UnknownCollection e) {
      return repeatedOrUnknown(request, header, session, deadline, e);
    }
    List<Point> points;
    try {
      points = points(request, collection);
    } catch (IllegalArgumentException _) {
      // The collection may have been dropped and created anew, with another dimension.
      collection = router.collectionAfterBarrier(request.getCollection(), deadline);
      points = points(request, collection);
    }
    return response(
        request.getCollection(),
        header,
        session,
        router.upsert(collection, points, header, deadline));
  }

  /// A request that was applied before its collection was dropped keeps its outcome.
  private WriteResponse repeatedOrUnknown(
      UpsertRequest request,
      WriteHeader header,
      Map<Integer, Position> session,
      Deadline deadline,
      UnknownCollection unknown) {
    if (request.getOptions().getRequestId().isEmpty()) {
      throw unknown;
    }
    CollectionInfo gone;
    List<Point> points;
    try {
      int dimension = Messages.vector(request.getPoints(0).getVector()).dimension();
      gone = ShardRouter.gone(request.getCollection(), dimension);
      points = points(request, gone);
    } catch (IllegalArgumentException _) {
      throw unknown;
    }
    return response(
        request.getCollection(), header, session, router.upsert(gone, points, header, deadline));
  }

  private List<Point> points(UpsertRequest request, CollectionInfo collection) {
    List<Point> points = new ArrayList<>(request.getPointsCount());
    for (int index = 0; index < request.getPointsCount(); index++) {
      try {
        points.add(Messages.point(request.getPoints(index), collection.descriptor(), limits));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("points[" + index + "]." + e.getMessage(), e);
      }
    }
    return points;
  }

  WriteResponse setPayload(SetPayloadRequest request, Deadline deadline) {
    checkCount("changes", request.getChangesCount(), Integer.MAX_VALUE);
    List<PayloadChange> changes = new ArrayList<>(request.getChangesCount());
    for (int index = 0; index < request.getChangesCount(); index++) {
      try {
        changes.add(Messages.payloadChange(request.getChanges(index), limits));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("changes[" + index + "]." + e.getMessage(), e);
      }
    }
    var header = header(request.getOptions());
    var collection = collectionOrGone(request.getCollection(), request.getOptions(), deadline);
    return response(
        request.getCollection(),
        header,
        SessionToken.positions(request.getOptions().getSessionToken()),
        router.setPayload(collection, changes, header, deadline));
  }

  WriteResponse delete(DeleteRequest request, Deadline deadline) {
    checkOneWay(request);
    if (request.hasFilter()) {
      return deleteMatching(request, deadline);
    }
    var deletions = deletions(request);
    var header = header(request.getOptions());
    var collection = collectionOrGone(request.getCollection(), request.getOptions(), deadline);
    return response(
        request.getCollection(),
        header,
        SessionToken.positions(request.getOptions().getSessionToken()),
        router.delete(collection, deletions, header, deadline));
  }

  /// For a write that does not look at the collection: a request that was applied before its
  /// collection was dropped keeps its outcome.
  private CollectionInfo collectionOrGone(String name, WriteOptions options, Deadline deadline) {
    try {
      return router.collection(name, deadline);
    } catch (UnknownCollection e) {
      if (options.getRequestId().isEmpty()) {
        throw e;
      }
      return ShardRouter.gone(name, 1);
    }
  }

  private static void checkOneWay(DeleteRequest request) {
    int ways =
        (request.getIdsCount() > 0 ? 1 : 0)
            + (request.getPointsCount() > 0 ? 1 : 0)
            + (request.hasFilter() ? 1 : 0);
    if (ways > 1) {
      throw new IllegalArgumentException(
          "ids, points, filter: several of them (expected: one of them)");
    }
  }

  private List<Deletion> deletions(DeleteRequest request) {
    if (request.getPointsCount() == 0) {
      checkIds(request.getIdsList(), Integer.MAX_VALUE);
      return request.getIdsList().stream().map(Deletion::new).toList();
    }
    List<Deletion> deletions = new ArrayList<>(request.getPointsCount());
    for (int index = 0; index < request.getPointsCount(); index++) {
      try {
        deletions.add(Messages.deletion(request.getPoints(index), limits));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("points[" + index + "]." + e.getMessage(), e);
      }
    }
    return deletions;
  }

  private WriteResponse deleteMatching(DeleteRequest request, Deadline deadline) {
    var filter =
        FilterMessages.filter(request.getFilter())
            .orElseThrow(
                () -> new IllegalArgumentException("filter: empty (expected: a condition)"));
    var header = header(request.getOptions());
    var session = SessionToken.positions(request.getOptions().getSessionToken());
    var collection = router.collection(request.getCollection(), deadline);
    var answer = router.deleteMatching(collection, filter, header.direct(), deadline);
    return WriteResponse.newBuilder()
        .setRequestId(header.id().uuid().toString())
        .setMatching(
            WriteResponse.DeletedMatching.newBuilder()
                .setDeleted(answer.value().deletedCount())
                .setChanged(answer.value().changedCount())
                .addAllChangedIds(answer.value().changedIds())
                .addAllPositions(Messages.positions(answer.positions())))
        .setSessionToken(Messages.sessionToken(session, answer))
        .build();
  }

  private WriteHeader header(WriteOptions options) {
    return new WriteHeader(
        Messages.requestId(options.getRequestId()).orElseGet(() -> new RequestId(ids.get())),
        Messages.positions(options.getSeenList()),
        options.getDirect());
  }

  private static WriteResponse response(
      String collection,
      WriteHeader header,
      Map<Integer, Position> session,
      List<PartResult> results) {
    String requestId = header.id().uuid().toString();
    var response = WriteResponse.newBuilder().setRequestId(requestId);
    List<ErrorDetail> failures = new ArrayList<>();
    for (var result : results) {
      var part = part(result, collection, requestId);
      response.addParts(part);
      boolean attempted =
          !(result instanceof PartResult.Failed(_, _, var failure)
              && failure instanceof NotAttempted);
      if (attempted) {
        failures.add(part.getError());
      }
    }
    if (alike(failures)) {
      var all = ErrorMapping.together(failures);
      if (all.getSerializedSize() <= DETAIL_BYTES_MAX) {
        throw new ApiException(all);
      }
    }
    return response.setSessionToken(SessionToken.of(seenAfter(session, results))).build();
  }

  private static Map<Integer, Position> seenAfter(
      Map<Integer, Position> session, List<PartResult> results) {
    var seen = session;
    for (var result : results) {
      if (result instanceof PartResult.Settled(var shard, _, var written)) {
        seen = SessionToken.merged(seen, Map.of(shard, written.position()));
      }
    }
    return seen;
  }

  private static boolean alike(List<ErrorDetail> failures) {
    var first = failures.getFirst();
    return first.getCode() != ErrorCode.ERROR_CODE_UNSPECIFIED
        && failures.stream()
            .allMatch(
                failure ->
                    failure.getCode() == first.getCode()
                        && failure.getReason().equals(first.getReason()));
  }

  private static WritePart part(PartResult result, String collection, String requestId) {
    var part = WritePart.newBuilder().setShard(result.shard()).addAllPoints(result.indexes());
    switch (result) {
      case PartResult.Failed(_, _, var failure) ->
          part.setError(withRequestId(ErrorMapping.detailOf(failure), requestId));
      case PartResult.Settled(var shard, _, var written) -> {
        var applied = applied(written.outcome());
        if (applied.isPresent()) {
          part.setApplied(applied.get().setPosition(Messages.position(shard, written.position())));
        } else {
          part.setError(
              withRequestId(ErrorMapping.detailOf(written.outcome(), collection), requestId));
        }
      }
    }
    return part.build();
  }

  private static ErrorDetail withRequestId(ErrorDetail detail, String requestId) {
    return detail.getCode() == ErrorCode.OUTCOME_UNKNOWN
        ? detail.toBuilder().setRequestId(requestId).build()
        : detail;
  }

  private static Optional<WritePart.Applied.Builder> applied(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Applied(var version, var points) ->
          Optional.of(
              WritePart.Applied.newBuilder()
                  .setVersion(version)
                  .addAllResults(points.stream().map(PointCalls::pointResult).toList()));
      case Outcome.Duplicate(var first) ->
          applied(first).map(applied -> applied.setDuplicate(true));
      case Outcome.NotFound _,
          Outcome.AlreadyExists _,
          Outcome.Invalid _,
          Outcome.PreconditionFailed _,
          Outcome.Expired _,
          Outcome.RequestIdReused _,
          Outcome.StaleEpoch _,
          Outcome.WrongShard _,
          Outcome.Superseded _ ->
          Optional.empty();
    };
  }

  private static PointResult pointResult(Outcome.PointResult result) {
    return switch (result) {
      case INSERTED -> PointResult.INSERTED;
      case REPLACED -> PointResult.REPLACED;
      case DELETED -> PointResult.DELETED;
      case ABSENT -> PointResult.ABSENT;
      case PAYLOAD_SET -> PointResult.PAYLOAD_SET;
    };
  }

  // --- reading

  GetResponse get(GetRequest request, Deadline deadline, Room room) {
    checkIds(request.getIdsList(), limits.kMax());
    var header =
        Messages.readHeader(
            request.getConsistency(), request.getSessionToken(), request.getDirect());
    var collection = router.collection(request.getCollection(), deadline);
    long bytesMax =
        AnswerMemory.bytes(
            request.getIdsCount(), limits.payloadBytesMax(), collection.descriptor().dimension());
    room.reserve(bytesMax, deadline.remaining());
    var answer = router.get(collection, request.getIdsList(), header, deadline);
    return GetResponse.newBuilder()
        .addAllPoints(answer.value().stream().map(Messages::storedPoint).toList())
        .addAllPositions(Messages.positions(answer.positions()))
        .setSessionToken(Messages.sessionToken(header.seen(), answer))
        .addAllLags(Messages.lags(answer))
        .build();
  }

  ScanResponse scan(ScanRequest request, Deadline deadline, Room room) {
    int limit = request.getLimit() == 0 ? PAGE_POINTS : request.getLimit();
    if (limit < 0 || limit > limits.kMax()) {
      throw new IllegalArgumentException(
          "limit: %s (expected: 0 to %d)"
              .formatted(Integer.toUnsignedString(limit), limits.kMax()));
    }
    var filter = FilterMessages.filter(request.getFilter());
    var cursor = Optional.of(request.getCursor()).filter(text -> !text.isEmpty());
    var header = Messages.readHeader(request.getConsistency(), request.getSessionToken(), false);
    var collection = router.collection(request.getCollection(), deadline);
    long pageBytes =
        AnswerMemory.pageBytes(
            limit, limits.payloadBytesMax(), collection.descriptor().dimension());
    room.reserve(router.shardCount() * pageBytes, deadline.remaining());
    var answer = router.scan(collection, cursor, limit, filter, header, deadline);
    return ScanResponse.newBuilder()
        .addAllPoints(answer.value().points().stream().map(Messages::storedPoint).toList())
        .setNextCursor(answer.value().nextCursor().orElse(""))
        .addAllPositions(Messages.positions(answer.positions()))
        .setSessionToken(Messages.sessionToken(header.seen(), answer))
        .addAllLags(Messages.lags(answer))
        .build();
  }

  CountResponse count(CountRequest request, Deadline deadline) {
    var filter = FilterMessages.filter(request.getFilter());
    var header = Messages.readHeader(request.getConsistency(), request.getSessionToken(), false);
    var collection = router.collection(request.getCollection(), deadline);
    var answer = router.count(collection, filter, header, deadline);
    return CountResponse.newBuilder()
        .setCount(answer.value())
        .addAllPositions(Messages.positions(answer.positions()))
        .setSessionToken(Messages.sessionToken(header.seen(), answer))
        .addAllLags(Messages.lags(answer))
        .build();
  }

  private void checkIds(List<String> ids, int countMax) {
    checkCount("ids", ids.size(), countMax);
    for (int index = 0; index < ids.size(); index++) {
      try {
        Messages.id(ids.get(index), limits);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("ids[" + index + "]: " + e.getMessage(), e);
      }
    }
  }

  private static void checkCount(String what, int count, int countMax) {
    if (count == 0) {
      throw new IllegalArgumentException(what + ": none (expected: at least one)");
    }
    if (count > countMax) {
      throw new IllegalArgumentException(
          what + ": " + count + " (expected: at most " + countMax + ")");
    }
  }
}
