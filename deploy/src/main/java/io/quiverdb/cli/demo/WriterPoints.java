package io.quiverdb.cli.demo;

import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.client.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// What the writers write: the same points for the same seed, whatever happens in between.
final class WriterPoints {
  /// Points a batch at most.
  static final int BATCH_POINTS_MAX = 16;

  private final long seed;

  WriterPoints(long seed) {
    this.seed = seed;
  }

  /// Batch `batch` of a writer: 1 to [#BATCH_POINTS_MAX] points that no other batch has.
  List<Point> batch(int writer, int batch) {
    var random = new SplittableRandom(mix(seed, writer, batch));
    int size = random.nextInt(1, BATCH_POINTS_MAX + 1);
    var points = new ArrayList<Point>(size);
    for (int index = 0; index < size; index++) {
      points.add(point(random, writer, batch * BATCH_POINTS_MAX + index));
    }
    return points;
  }

  private static Point point(SplittableRandom random, int writer, int number) {
    var vector = new float[HashEmbedder.DIMENSION];
    for (int index = 0; index < vector.length; index++) {
      vector[index] = (float) random.nextDouble(-1, 1);
    }
    return Point.of("w" + writer + "-" + number, vector)
        .payloadJson("{\"writer\":" + writer + ",\"number\":" + number + "}");
  }

  /// Different for all that a run asks for, and unlike for neighbours.
  private static long mix(long seed, int writer, int batch) {
    return new SplittableRandom(seed).nextLong() ^ ((long) writer << Integer.SIZE | batch);
  }
}
