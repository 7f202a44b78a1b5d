package io.quiverdb.client.routing;

import io.quiverdb.api.v1.DeleteRequest;
import io.quiverdb.api.v1.Point;
import io.quiverdb.api.v1.PointsGrpc;
import io.quiverdb.api.v1.UpsertRequest;
import io.quiverdb.api.v1.WriteOptions;
import io.quiverdb.api.v1.WriteResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What the caller of a write asked for: some points or ids, in order.
public abstract sealed class WriteContent {
  private final String collection;

  private WriteContent(String collection) {
    this.collection = collection;
  }

  public static WriteContent upsert(String collection, List<Point> points) {
    return new Upsert(collection, points);
  }

  public static WriteContent delete(String collection, List<String> ids) {
    return new Delete(collection, ids);
  }

  final String collection() {
    return collection;
  }

  public abstract int size();

  public abstract String id(int ordinal);

  /// Sends those of the content that `ordinals` names.
  abstract CompletableFuture<WriteResponse> send(
      ClusterConnection connection,
      String address,
      List<Integer> ordinals,
      WriteOptions options,
      long timeoutNanos);

  private static final class Upsert extends WriteContent {
    private final List<Point> points;

    Upsert(String collection, List<Point> points) {
      super(collection);
      this.points = List.copyOf(points);
    }

    @Override
    public int size() {
      return points.size();
    }

    @Override
    public String id(int ordinal) {
      return points.get(ordinal).getId();
    }

    @Override
    CompletableFuture<WriteResponse> send(
        ClusterConnection connection,
        String address,
        List<Integer> ordinals,
        WriteOptions options,
        long timeoutNanos) {
      UpsertRequest.Builder request =
          UpsertRequest.newBuilder().setCollection(collection()).setOptions(options);
      ordinals.forEach(ordinal -> request.addPoints(points.get(ordinal)));
      return connection.send(address, PointsGrpc.getUpsertMethod(), request.build(), timeoutNanos);
    }
  }

  private static final class Delete extends WriteContent {
    private final List<String> ids;

    Delete(String collection, List<String> ids) {
      super(collection);
      this.ids = List.copyOf(ids);
    }

    @Override
    public int size() {
      return ids.size();
    }

    @Override
    public String id(int ordinal) {
      return ids.get(ordinal);
    }

    @Override
    CompletableFuture<WriteResponse> send(
        ClusterConnection connection,
        String address,
        List<Integer> ordinals,
        WriteOptions options,
        long timeoutNanos) {
      DeleteRequest.Builder request =
          DeleteRequest.newBuilder().setCollection(collection()).setOptions(options);
      ordinals.forEach(ordinal -> request.addIds(ids.get(ordinal)));
      return connection.send(address, PointsGrpc.getDeleteMethod(), request.build(), timeoutNanos);
    }
  }
}
