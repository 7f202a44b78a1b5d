package io.quiverdb.bench.writes;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/// What all contestants write: an id and the components of a vector of 128 dimensions.
final class Values {
  static final int DIMENSION = 128;
  static final int BYTES = DIMENSION * Float.BYTES;

  /// As many as a shard of some size has; ids are written again and again.
  private static final int IDS = 1_000_000;

  private static final int ID_DIGITS = 7;

  /// Drawn beforehand: to draw them costs more than to send them.
  private static final float[][] DRAWN = draw();

  private Values() {}

  private static float[][] draw() {
    var random = new SplittableRandom(0x5155495645524CL);
    var drawn = new float[4096][DIMENSION];
    for (var components : drawn) {
      for (int index = 0; index < DIMENSION; index++) {
        components[index] = (float) random.nextDouble(-1, 1);
      }
    }
    return drawn;
  }

  static String id(long number) {
    String digits = Long.toString(number % IDS);
    return "point-" + "0".repeat(ID_DIGITS - digits.length()) + digits;
  }

  static float[] vector(long number) {
    return DRAWN[(int) (number % DRAWN.length)];
  }

  static byte[] bytes(long number) {
    var bytes = ByteBuffer.allocate(BYTES);
    bytes.asFloatBuffer().put(vector(number));
    return bytes.array();
  }
}
