package io.quiverdb.client;

import io.grpc.stub.StreamObserver;
import io.quiverdb.api.v1.Consistency;
import io.quiverdb.api.v1.CountRequest;
import io.quiverdb.api.v1.CountResponse;
import io.quiverdb.api.v1.DeleteRequest;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.api.v1.GetRequest;
import io.quiverdb.api.v1.GetResponse;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.ScanRequest;
import io.quiverdb.api.v1.ScanResponse;
import io.quiverdb.api.v1.StoredPoint;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.api.v1.WriteOptions;
import io.quiverdb.api.v1.WritePart;
import io.quiverdb.api.v1.WriteResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/// The calls on points. Parts hold up to `PART_POINTS_MAX` points of one shard, and their ids are
/// derived as a node derives them: from request id, shard and ordinal.
final class FakePoints extends PointsGrpc.PointsImplBase {
  static final int PART_POINTS_MAX = 4;

  private final FakeCluster cluster;
  private final FakeNode node;

  FakePoints(FakeCluster cluster, FakeNode node) {
    this.cluster = cluster;
    this.node = node;
  }

  @Override
  public void upsert(UpsertRequest request, StreamObserver<WriteResponse> observer) {
    node.answer(
        "upsert",
        request,
        () ->
            write(
                request.getCollection(),
                request.getPointsList().stream().map(io.quiverdb.api.v1.Point::getId).toList(),
                request.getOptions(),
                (shard, part) ->
                    shard.upsert(
                        part.id(), part.places().stream().map(request::getPoints).toList())),
        observer);
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<WriteResponse> observer) {
    node.answer(
        "delete",
        request,
        () ->
            write(
                request.getCollection(),
                request.getIdsList(),
                request.getOptions(),
                (shard, part) ->
                    shard.delete(part.id(), part.places().stream().map(request::getIds).toList())),
        observer);
  }

  private record Part(String id, List<Integer> places) {}

  private WriteResponse write(
      String collection,
      List<String> ids,
      WriteOptions options,
      BiFunction<FakeShard, Part, WritePart.Applied> work) {
    requireCollection(collection);
    WriteResponse.Builder response =
        WriteResponse.newBuilder().setRequestId(options.getRequestId());
    split(ids)
        .forEach(
            (shard, places) -> {
              requireLeader(shard, options.getDirect());
              for (int start = 0, ordinal = 0;
                  start < places.size();
                  start += PART_POINTS_MAX, ordinal++) {
                List<Integer> some =
                    places.subList(start, Math.min(places.size(), start + PART_POINTS_MAX));
                Part part = new Part(options.getRequestId() + "/" + shard + "/" + ordinal, some);
                response.addParts(part(shard, part, work));
              }
            });
    if (response.getPartsList().stream().allMatch(WritePart::hasError)) {
      throw Fault.exception(response.getParts(0).getError());
    }
    return response.build();
  }

  private WritePart part(
      int shard, Part part, BiFunction<FakeShard, Part, WritePart.Applied> work) {
    WritePart.Builder result = WritePart.newBuilder().setShard(shard).addAllPoints(part.places());
    String ordinal = part.id().substring(part.id().lastIndexOf('/') + 1);
    ErrorDetail error = node.partErrors.remove(Integer.valueOf(ordinal));
    return error == null
        ? result.setApplied(work.apply(cluster.shard(shard), part)).build()
        : result.setError(error).build();
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> observer) {
    node.answer(
        "get",
        request,
        () -> {
          requireCollection(request.getCollection());
          GetResponse.Builder response = GetResponse.newBuilder();
          Map<Integer, List<Integer>> byShard = split(request.getIdsList());
          if (request.getConsistency() == Consistency.LINEARIZABLE) {
            byShard.keySet().forEach(shard -> requireLeader(shard, request.getDirect()));
          }
          byShard.keySet().forEach(shard -> response.addPositions(cluster.shard(shard).position()));
          for (String id : request.getIdsList()) {
            response.addAllPoints(cluster.shard(cluster.shardOf(id)).points(List.of(id)));
          }
          return response.build();
        },
        observer);
  }

  @Override
  public void scan(ScanRequest request, StreamObserver<ScanResponse> observer) {
    node.answer(
        "scan",
        request,
        () -> {
          requireCollection(request.getCollection());
          int limit = request.getLimit() == 0 ? 100 : request.getLimit();
          List<StoredPoint> rest =
              all(cluster)
                  .filter(point -> point.getId().compareTo(request.getCursor()) > 0)
                  .filter(point -> FakeShard.matches(request.getFilter(), point.getPayload()))
                  .toList();
          List<StoredPoint> page = rest.subList(0, Math.min(limit, rest.size()));
          return ScanResponse.newBuilder()
              .addAllPoints(page)
              .setNextCursor(rest.size() > limit ? page.get(limit - 1).getId() : "")
              .build();
        },
        observer);
  }

  @Override
  public void count(CountRequest request, StreamObserver<CountResponse> observer) {
    node.answer(
        "count",
        request,
        () -> {
          requireCollection(request.getCollection());
          return CountResponse.newBuilder()
              .setCount(
                  all(cluster)
                      .filter(point -> FakeShard.matches(request.getFilter(), point.getPayload()))
                      .count())
              .build();
        },
        observer);
  }

  static Stream<StoredPoint> all(FakeCluster cluster) {
    return cluster.shards().stream()
        .flatMap(shard -> shard.points().stream())
        .sorted(Comparator.comparing(StoredPoint::getId));
  }

  private Map<Integer, List<Integer>> split(List<String> ids) {
    Map<Integer, List<Integer>> places = new TreeMap<>();
    for (int i = 0; i < ids.size(); i++) {
      places.computeIfAbsent(cluster.shardOf(ids.get(i)), any -> new ArrayList<>()).add(i);
    }
    return places;
  }

  private void requireCollection(String name) {
    if (!cluster.collections.containsKey(name)) {
      throw Fault.exception(
          ErrorDetail.newBuilder()
              .setCode(ErrorCode.NOT_FOUND)
              .setMessage("collection: " + name + " (expected: one that exists)")
              .build());
    }
  }

  private void requireLeader(int shard, boolean direct) {
    FakeNode leader = cluster.leaderOf(shard);
    if (direct && leader != node) {
      cluster.refused();
      throw Fault.exception(
          Fault.detail(ErrorCode.NOT_LEADER).toBuilder()
              .setLeaderAddress(leader.address())
              .build());
    }
    if (!leader.alive()) {
      throw Fault.exception(Fault.detail(ErrorCode.UNAVAILABLE));
    }
  }
}
