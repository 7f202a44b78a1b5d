package io.quiverdb.jepsen.run;

import io.quiverdb.jepsen.run.Scenario.Turn;
import io.quiverdb.jepsen.workload.Load;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// All scenarios, by name. A new one is added here.
public final class Scenarios {
  private static final Map<String, Scenario> ALL = new LinkedHashMap<>();

  static {
    // Nothing is written for a while; then a leader is cut off, and the others elect another one
    // and write. Until the old one finds that out it must not answer reads.
    add(
        "stale-reads-idle",
        repeated(5, turn("partition-leader", 3_000, 5_000), Duration.ofSeconds(9)),
        phase(3_500, Load.IDLE),
        phase(5_500, Load.MIXED));
    // The same while there are many reads and few writes.
    add(
        "stale-reads-read-mostly",
        repeated(5, turn("partition-leader", 3_000, 5_000), Duration.ofSeconds(9)),
        phase(9_000, Load.READ_MOSTLY));
    // Time goes by too slowly for a node that leads everything, and then it is cut off: what it
    // takes for a moment is long enough for the others to elect another one.
    add(
        "stale-reads-slow-clock",
        List.of(
            turn("slow-leader", 1_000, 22_000),
            turn("partition-leader", 14_000, 7_000),
            turn("slow-leader", 27_000, 22_000),
            turn("partition-leader", 40_000, 7_000)),
        phase(4_000, Load.READ_MOSTLY),
        phase(4_000, Load.MIXED));
  }

  private Scenarios() {}

  private static void add(String name, List<Turn> turns, Phase... loads) {
    ALL.put(name, new Scenario(name, List.of("register"), turns, List.of(loads)));
  }

  private static Turn turn(String nemesis, int beginMillis, int lengthMillis) {
    return new Turn(nemesis, Duration.ofMillis(beginMillis), Duration.ofMillis(lengthMillis));
  }

  private static List<Turn> repeated(int count, Turn turn, Duration every) {
    return IntStream.range(0, count)
        .mapToObj(number -> turn.later(every.multipliedBy(number)))
        .toList();
  }

  private static Phase phase(int millis, Load load) {
    return new Phase(Duration.ofMillis(millis), load);
  }

  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /// @throws IllegalArgumentException if there is none of that name
  public static Scenario get(String name) {
    var scenario = ALL.get(name);
    if (scenario == null) {
      throw new IllegalArgumentException(
          "scenario: " + name + " (expected: one of " + String.join(", ", ALL.keySet()) + ")");
    }
    return scenario;
  }
}
