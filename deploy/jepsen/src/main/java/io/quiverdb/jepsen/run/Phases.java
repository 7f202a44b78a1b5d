package io.quiverdb.jepsen.run;

import io.quiverdb.jepsen.workload.Load;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Which load is on when.
final class Phases {
  private static final int LENGTH_MIN_MILLIS = 1_500;
  private static final int LENGTH_MAX_MILLIS = 5_000;

  private final List<Phase> cycle;

  /// @param cycle again and again; at least one
  Phases(List<Phase> cycle) {
    this.cycle = List.copyOf(cycle);
  }

  /// The same for the same seed.
  static Phases draw(Duration time, long seed) {
    var random = new SplittableRandom(seed);
    var phases = new ArrayList<Phase>();
    var drawn = Duration.ZERO;
    while (phases.isEmpty() || drawn.compareTo(time) < 0) {
      var length = Duration.ofMillis(random.nextInt(LENGTH_MIN_MILLIS, LENGTH_MAX_MILLIS));
      phases.add(new Phase(length, draw(random)));
      drawn = drawn.plus(length);
    }
    return new Phases(phases);
  }

  /// Three times of eight everything at once.
  private static Load draw(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> Load.IDLE;
      case 1, 2 -> Load.READ_MOSTLY;
      case 3, 4 -> Load.WRITE_HEAVY;
      default -> Load.MIXED;
    };
  }

  Load at(long millis) {
    long allMillis = cycle.stream().mapToLong(phase -> phase.length().toMillis()).sum();
    long left = millis % allMillis;
    for (var phase : cycle) {
      left -= phase.length().toMillis();
      if (left < 0) {
        return phase.load();
      }
    }
    throw new AssertionError(millis);
  }
}
