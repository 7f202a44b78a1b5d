package io.quiverdb.raft;

import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/// Runs a random test for many seeds, or for the one that the system property `quiver.seed` names.
public final class Seeds {
  private Seeds() {}

  /// A failure names its seed.
  public static void forEach(int count, LongConsumer test) {
    String asked = System.getProperty("quiver.seed", "");
    var seeds = asked.isEmpty() ? LongStream.range(0, count) : LongStream.of(Long.parseLong(asked));
    seeds.forEach(
        seed -> {
          try {
            test.accept(seed);
          } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("run again with -Dquiver.seed=" + seed, e);
          }
        });
  }
}
