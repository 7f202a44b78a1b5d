package io.quiverdb.client;

import com.google.protobuf.ByteString;
import io.quiverdb.api.v1.Point;
import io.quiverdb.api.v1.PointResult;
import io.quiverdb.api.v1.ShardPosition;
import io.quiverdb.api.v1.StoredPoint;
import io.quiverdb.api.v1.WritePart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the replicas of one shard of the fake cluster agree on.
final class FakeShard {
  private final int number;
  private final TreeMap<String, StoredPoint> points = new TreeMap<>();
  private final Map<String, WritePart.Applied> window = new HashMap<>();
  private long index;
  private int term = 1;
  private int leader;
  private int applied;

  FakeShard(int number, int leader) {
    this.number = number;
    this.leader = leader;
  }

  synchronized int leader() {
    return leader;
  }

  synchronized void lead(int node) {
    leader = node;
    term++;
  }

  /// How many writes changed anything.
  synchronized int applied() {
    return applied;
  }

  synchronized ShardPosition position() {
    return ShardPosition.newBuilder()
        .setShard(number)
        .setEpoch(1)
        .setTerm(term)
        .setIndex(index)
        .build();
  }

  synchronized WritePart.Applied upsert(String partId, List<Point> upserted) {
    return once(
        partId,
        () -> {
          List<PointResult> results = new ArrayList<>();
          for (Point point : upserted) {
            StoredPoint stored =
                StoredPoint.newBuilder()
                    .setId(point.getId())
                    .setVector(point.getVector())
                    .setPayload(point.getPayload())
                    .setVersion(index)
                    .build();
            boolean replaced = points.put(point.getId(), stored) != null;
            results.add(replaced ? PointResult.REPLACED : PointResult.INSERTED);
          }
          return results;
        });
  }

  synchronized WritePart.Applied delete(String partId, List<String> ids) {
    return once(
        partId,
        () ->
            ids.stream()
                .map(id -> points.remove(id) != null ? PointResult.DELETED : PointResult.ABSENT)
                .toList());
  }

  private WritePart.Applied once(
      String partId, java.util.function.Supplier<List<PointResult>> work) {
    WritePart.Applied first = window.get(partId);
    if (first != null) {
      return first.toBuilder().setDuplicate(true).build();
    }
    index++;
    applied++;
    List<PointResult> results = work.get();
    WritePart.Applied outcome =
        WritePart.Applied.newBuilder()
            .setPosition(position())
            .setVersion(index)
            .addAllResults(results)
            .build();
    window.put(partId, outcome);
    return outcome;
  }

  synchronized List<StoredPoint> points() {
    return List.copyOf(points.values());
  }

  synchronized List<StoredPoint> points(List<String> ids) {
    return ids.stream().filter(points::containsKey).map(points::get).toList();
  }

  static boolean matches(io.quiverdb.api.v1.Filter filter, ByteString payload) {
    if (!filter.hasEq()) {
      return true;
    }
    if (payload.isEmpty()) {
      return false;
    }
    Object value = PayloadJson.read(payload.toStringUtf8()).get(filter.getEq().getField());
    var wanted = filter.getEq().getValue();
    return switch (wanted.getKindCase()) {
      case TEXT -> wanted.getText().equals(value);
      case WHOLE -> Long.valueOf(wanted.getWhole()).equals(value);
      case REAL -> Double.valueOf(wanted.getReal()).equals(value);
      case BOOLEAN -> Boolean.valueOf(wanted.getBoolean()).equals(value);
      case KIND_NOT_SET -> false;
    };
  }
}
