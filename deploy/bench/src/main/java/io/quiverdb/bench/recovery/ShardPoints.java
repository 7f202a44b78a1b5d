package io.quiverdb.bench.recovery;

import io.quiverdb.client.Point;
import io.quiverdb.client.Schema;
import java.util.SplittableRandom;

/// Points of 128 dimensions that vary in few directions, as embeddings do: the same for the same
/// number, so none has to be kept.
final class ShardPoints {
  private static final int DIMENSION = 128;
  private static final int DIRECTIONS = 24;
  private static final float NOISE = 0.1f;
  private static final long SEED = 0x5155495645524CL;

  /// Of queries, which are no points.
  private static final long FIRST_QUERY = 1L << 40;

  private final float[][] directions = new float[DIRECTIONS][DIMENSION];

  ShardPoints() {
    var random = new SplittableRandom(SEED);
    for (var direction : directions) {
      for (int index = 0; index < DIMENSION; index++) {
        direction[index] = (float) random.nextDouble(-1, 1);
      }
    }
  }

  static Schema schema() {
    return Schema.l2(DIMENSION);
  }

  Point point(long number) {
    return Point.of("point-" + number, vector(number));
  }

  float[] query(long number) {
    return vector(FIRST_QUERY + number);
  }

  private float[] vector(long number) {
    var random = new SplittableRandom(SEED ^ number);
    var vector = new float[DIMENSION];
    for (var direction : directions) {
      float much = (float) random.nextDouble(-1, 1);
      for (int index = 0; index < DIMENSION; index++) {
        vector[index] += much * direction[index];
      }
    }
    for (int index = 0; index < DIMENSION; index++) {
      vector[index] += (float) random.nextDouble(-NOISE, NOISE);
    }
    return vector;
  }
}
