package io.quiverdb.core.storage;

/// Where a random test begins: `-Dquiver.seed=N` repeats the run that printed N.
public final class Seed {
  private static final String PROPERTY = "quiver.seed";

  private Seed() {}

  /// Draws one, or takes the one that was given, and prints it.
  public static long draw() {
    long seed = Long.getLong(PROPERTY, System.nanoTime());
    System.out.println(PROPERTY + "=" + seed);
    return seed;
  }
}
