package io.quiverdb.core;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/// Draws the same each time: for stores that are to be the same each time.
final class SeededRandom extends SecureRandom {
  private static final long serialVersionUID = 1L;

  private final transient SplittableRandom random;

  SeededRandom(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /// All else that is drawn comes from here.
  @Override
  public void nextBytes(byte[] bytes) {
    random.nextBytes(bytes);
  }
}
