package io.quiverdb.bench.engine;

import io.quiverdb.core.Payload;
import io.quiverdb.core.Point;
import io.quiverdb.core.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Generated points: the same number gives the same point.
final class Points {
  static final int DIMENSION = 128;
  private static final long SEED = 0x5155495645524CL;

  private Points() {}

  static String id(long number) {
    return "point-%09d".formatted(number);
  }

  static Point point(long number) {
    var random = new SplittableRandom(SEED + number);
    var components = new float[DIMENSION];
    for (int index = 0; index < DIMENSION; index++) {
      components[index] = (float) random.nextDouble(-1, 1);
    }
    return new Point(
        id(number), Vector.of(components), Payload.ofJson("{\"number\":" + number + "}"));
  }

  static List<Point> batch(long first, int count) {
    var points = new ArrayList<Point>(count);
    for (int index = 0; index < count; index++) {
      points.add(point(first + index));
    }
    return points;
  }

  /// What a point is to the disk: id, vector and payload.
  static long bytes(Point point) {
    return point.id().length() + (long) DIMENSION * Float.BYTES + point.payload().toBytes().length;
  }
}
