package io.quiverdb.core.search;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses the fastest [VectorSums] that this JVM can run: once, and the log says which and why.
final class Arithmetic {
  private static final Logger log = LoggerFactory.getLogger(Arithmetic.class);
  private static final String MODULE = "jdk.incubator.vector";
  private static final Choice CHOSEN = choose();

  private Arithmetic() {}

  /// For one thread.
  static VectorSums vectorSums() {
    return CHOSEN.sums.get();
  }

  static String name() {
    return CHOSEN.name;
  }

  private static Choice choose() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      log.info("distance kernel chosen kernel=scalar reason=\"no --add-modules {}\"", MODULE);
      return new Choice("scalar", ScalarSums::new);
    }
    if (!SimdSums.isFast()) {
      log.info("distance kernel chosen kernel=scalar reason=\"registers under 256 bits\"");
      return new Choice("scalar", ScalarSums::new);
    }
    log.info("distance kernel chosen kernel=simd bits=256");
    return new Choice("simd", SimdSums::new);
  }

  private record Choice(String name, Supplier<VectorSums> sums) {}
}
