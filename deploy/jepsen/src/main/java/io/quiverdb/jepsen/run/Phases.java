package io.quiverdb.jepsen.run;

import io.quiverdb.jepsen.workload.Load;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Which load is on when: the same for the same seed.
final class Phases {
  private static final int LENGTH_MIN_MILLIS = 1_500;
  private static final int LENGTH_MAX_MILLIS = 5_000;

  private record Phase(long endMillis, Load load) {}

  private final List<Phase> phases = new ArrayList<>();

  Phases(long timeMillis, long seed) {
    var random = new SplittableRandom(seed);
    long end = 0;
    while (end < timeMillis) {
      end += random.nextInt(LENGTH_MIN_MILLIS, LENGTH_MAX_MILLIS);
      phases.add(new Phase(end, draw(random)));
    }
  }

  /// Half of the time everything at once.
  private static Load draw(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> Load.IDLE;
      case 1, 2 -> Load.READ_MOSTLY;
      case 3, 4 -> Load.WRITE_HEAVY;
      default -> Load.MIXED;
    };
  }

  Load at(long millis) {
    return phases.stream()
        .filter(phase -> millis < phase.endMillis)
        .findFirst()
        .map(Phase::load)
        .orElse(Load.MIXED);
  }
}
