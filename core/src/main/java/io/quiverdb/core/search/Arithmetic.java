package io.quiverdb.core.search;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses the fastest [VectorSums] that this JVM can run: once, and the log says which and why.
final class Arithmetic {
  private static final Logger log = LoggerFactory.getLogger(Arithmetic.class);
  private static final String MODULE = "jdk.incubator.vector";
  private static final Supplier<VectorSums> CHOSEN = choose();

  private Arithmetic() {}

  /// For one thread.
  static VectorSums vectorSums() {
    return CHOSEN.get();
  }

  private static Supplier<VectorSums> choose() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      log.info("distance kernel chosen kernel=scalar reason=\"no --add-modules {}\"", MODULE);
      return ScalarSums::new;
    }
    if (!SimdSums.isFast()) {
      log.info("distance kernel chosen kernel=scalar reason=\"registers under 256 bits\"");
      return ScalarSums::new;
    }
    log.info("distance kernel chosen kernel=simd bits=256");
    return SimdSums::new;
  }
}
