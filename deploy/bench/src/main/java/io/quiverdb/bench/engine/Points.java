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
  private static final int ID_DIGITS = 9;
  private static final long SEED = 0x5155495645524CL;

  private Points() {}

  static String id(long number) {
    String digits = Long.toString(number);
    return "point-" + "0".repeat(ID_DIGITS - digits.length()) + digits;
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

  /// Ids of points below `bound`, drawn at random, to be asked for again and again.
  static String[] drawIds(int count, int bound) {
    var random = new SplittableRandom(SEED);
    var ids = new String[count];
    for (int index = 0; index < count; index++) {
      ids[index] = id(random.nextInt(bound));
    }
    return ids;
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
