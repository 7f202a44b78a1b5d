package io.quiverdb.jepsen.workload;

import io.quiverdb.client.Point;
import io.quiverdb.client.StoredPoint;
import io.quiverdb.jepsen.history.Entry;
import java.util.Map;
import java.util.OptionalLong;

/// How the values of histories lie in points: as the member `v` of the payload.
final class Values {
  static final String FIELD = "v";

  private Values() {}

  static Point point(String id, String value, float... vector) {
    return Point.of(id, vector).payload(Map.of(FIELD, value));
  }

  static String of(StoredPoint point) {
    return String.valueOf(point.payload().get(FIELD));
  }

  static Entry entry(StoredPoint point) {
    return new Entry(point.id(), of(point), OptionalLong.of(point.version()));
  }
}
