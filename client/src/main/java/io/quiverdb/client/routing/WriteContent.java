package io.quiverdb.client.routing;

import io.grpc.MethodDescriptor;
import io.quiverdb.api.v1.DeleteRequest;
import io.quiverdb.api.v1.PayloadChange;
import io.quiverdb.api.v1.Point;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.SetPayloadRequest;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.api.v1.WriteOptions;
import io.quiverdb.api.v1.WriteResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// What the caller of a write asked for: some points, changes or ids, in order.
public final class WriteContent {
  private final String collection;
  private final Elements<?, ?> elements;

  private WriteContent(String collection, Elements<?, ?> elements) {
    this.collection = collection;
    this.elements = elements;
  }

  /// What is written to single points, and how.
  ///
  /// @param request made of some of the elements
  private record Elements<T, Q>(
      List<T> all,
      Function<T, String> id,
      MethodDescriptor<Q, WriteResponse> method,
      RequestMaker<T, Q> request) {
    Elements {
      all = List.copyOf(all);
    }

    String idAt(int ordinal) {
      return id.apply(all.get(ordinal));
    }

    CompletableFuture<WriteResponse> send(
        ClusterConnection connection,
        String address,
        List<Integer> ordinals,
        WriteOptions options,
        long timeoutNanos) {
      List<T> some = ordinals.stream().map(all::get).toList();
      return connection.send(address, method, request.of(some, options), timeoutNanos);
    }
  }

  private interface RequestMaker<T, Q> {
    Q of(List<T> elements, WriteOptions options);
  }

  public static WriteContent upsert(String collection, List<Point> points) {
    return new WriteContent(
        collection,
        new Elements<>(
            points,
            Point::getId,
            PointsGrpc.getUpsertMethod(),
            (some, options) ->
                UpsertRequest.newBuilder()
                    .setCollection(collection)
                    .setOptions(options)
                    .addAllPoints(some)
                    .build()));
  }

  public static WriteContent setPayload(String collection, List<PayloadChange> changes) {
    return new WriteContent(
        collection,
        new Elements<>(
            changes,
            PayloadChange::getId,
            PointsGrpc.getSetPayloadMethod(),
            (some, options) ->
                SetPayloadRequest.newBuilder()
                    .setCollection(collection)
                    .setOptions(options)
                    .addAllChanges(some)
                    .build()));
  }

  public static WriteContent delete(String collection, List<String> ids) {
    return new WriteContent(
        collection,
        new Elements<>(
            ids,
            Function.identity(),
            PointsGrpc.getDeleteMethod(),
            (some, options) ->
                DeleteRequest.newBuilder()
                    .setCollection(collection)
                    .setOptions(options)
                    .addAllIds(some)
                    .build()));
  }

  public static WriteContent deleteIf(String collection, List<DeleteRequest.Deletion> deletions) {
    return new WriteContent(
        collection,
        new Elements<>(
            deletions,
            DeleteRequest.Deletion::getId,
            PointsGrpc.getDeleteMethod(),
            (some, options) ->
                DeleteRequest.newBuilder()
                    .setCollection(collection)
                    .setOptions(options)
                    .addAllPoints(some)
                    .build()));
  }

  String collection() {
    return collection;
  }

  public int size() {
    return elements.all().size();
  }

  public String id(int ordinal) {
    return elements.idAt(ordinal);
  }

  /// Sends those of the content that `ordinals` names.
  CompletableFuture<WriteResponse> send(
      ClusterConnection connection,
      String address,
      List<Integer> ordinals,
      WriteOptions options,
      long timeoutNanos) {
    return elements.send(connection, address, ordinals, options, timeoutNanos);
  }
}
