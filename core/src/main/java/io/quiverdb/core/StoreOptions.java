package io.quiverdb.core;

import io.quiverdb.core.background.Background.Triggers;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/// What a store takes from outside.
///
/// @param random for keys, salts and ids
/// @param nanoClock like [System#nanoTime]
/// @param triggers when a stand-alone store takes checkpoints by itself
public record StoreOptions(SecureRandom random, LongSupplier nanoClock, Triggers triggers) {
  /// With the system's clock and the usual triggers.
  public StoreOptions(SecureRandom random) {
    this(random, System::nanoTime, Triggers.STANDARD);
  }

  public static StoreOptions standard() {
    return new StoreOptions(new SecureRandom());
  }
}
