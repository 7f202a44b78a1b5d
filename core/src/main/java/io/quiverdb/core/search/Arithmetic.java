package io.quiverdb.core.search;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses the fastest [VectorSums] that this JVM can run: once, and the log says which and why.
///
/// Until it is compiled, the Vector API is many times slower than plain Java. So a thread of its
/// own exercises it, and plain Java, which gives the same bits, computes in the meantime.
final class Arithmetic {
  private static final Logger log = LoggerFactory.getLogger(Arithmetic.class);
  private static final String MODULE = "jdk.incubator.vector";

  /// Beyond what makes the JVM compile a method for good.
  private static final int EXERCISES = 20_000;

  private static final int EXERCISE_DIMENSION = 64;
  private static final boolean SIMD = isSimdChosen();
  private static volatile boolean exercised;

  static {
    if (SIMD) {
      Thread.ofPlatform().daemon().name("quiver-kernel-exercise").start(Arithmetic::exercise);
    }
  }

  private Arithmetic() {}

  /// For one thread.
  static VectorSums vectorSums() {
    return exercised ? new SimdSums() : new ScalarSums();
  }

  static String name() {
    return SIMD ? "simd" : "scalar";
  }

  private static boolean isSimdChosen() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      log.info("distance kernel chosen kernel=scalar reason=\"no --add-modules {}\"", MODULE);
      return false;
    }
    if (!SimdSums.isFast()) {
      log.info("distance kernel chosen kernel=scalar reason=\"registers under 256 bits\"");
      return false;
    }
    log.info("distance kernel chosen kernel=simd bits=256");
    return true;
  }

  private static void exercise() {
    var sums = new SimdSums();
    var query = new double[EXERCISE_DIMENSION];
    var stored = new float[EXERCISE_DIMENSION];
    double total = 0;
    for (int round = 0; round < EXERCISES; round++) {
      total += sums.dot(query, stored);
      total += sums.squaredDistance(query, stored);
      total += sums.squaredNorm(stored);
    }
    // Of zeros; asked, so that nothing of the above can be left out.
    assert total == 0 : total;
    exercised = total == 0;
  }
}
