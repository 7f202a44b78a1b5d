package io.quiverdb.core.index;

import java.lang.foreign.Arena;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses the fastest [FloatSums] that this JVM can run.
///
/// Until it is compiled, the Vector API is many times slower than plain Java: so it is exercised
/// first, by whoever makes the first index, in the background.
final class FloatArithmetic {
  private static final Logger log = LoggerFactory.getLogger(FloatArithmetic.class);
  private static final String MODULE = "jdk.incubator.vector";

  /// Beyond what makes the JVM compile a method for good.
  private static final int EXERCISES = 20_000;

  private static final int EXERCISE_DIMENSION = 64;
  private static final FloatSums CHOSEN = choose();

  private FloatArithmetic() {}

  static FloatSums sums() {
    return CHOSEN;
  }

  private static FloatSums choose() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty() || !SimdFloatSums.isFast()) {
      log.info("graph kernel chosen kernel=scalar");
      return new ScalarFloatSums();
    }
    var simd = new SimdFloatSums();
    exercise(simd);
    log.info("graph kernel chosen kernel=simd");
    return simd;
  }

  private static void exercise(FloatSums sums) {
    try (var arena = Arena.ofShared()) {
      var rows = arena.allocate((long) EXERCISE_DIMENSION * Float.BYTES).asReadOnly();
      var query = new float[EXERCISE_DIMENSION];
      var offsets = new long[FloatSums.AT_ONCE];
      var results = new float[FloatSums.AT_ONCE];
      float total = 0;
      for (int round = 0; round < EXERCISES; round++) {
        total += sums.dot(query, rows, 0) + sums.squaredDistance(query, rows, 0);
        sums.dots(query, rows, offsets, results);
        sums.squaredDistances(query, rows, offsets, results);
        total += results[0];
      }
      // Of zeros; asked, so that nothing of the above can be left out.
      assert total == 0 : total;
    }
  }
}
