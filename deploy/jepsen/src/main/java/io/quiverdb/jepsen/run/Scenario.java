package io.quiverdb.jepsen.run;

import io.quiverdb.jepsen.nemesis.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/// A run against one hazard, of which runs drawn at random seldom come upon the circumstances: what
/// is done when is fixed, and the seed decides only whom it meets.
///
/// @param name as the command line has it
/// @param loads again and again
public record Scenario(String name, List<String> workloads, List<Turn> turns, List<Phase> loads) {
  static final int NODES = 3;
  private static final Duration REST = Duration.ofSeconds(3);

  public Scenario {
    workloads = List.copyOf(workloads);
    turns = List.copyOf(turns);
    loads = List.copyOf(loads);
  }

  /// A nemesis acts, for a while, so long after the clients began.
  public record Turn(String nemesis, Duration begin, Duration length) {
    Turn later(Duration by) {
      return new Turn(nemesis, begin.plus(by), length);
    }

    Duration end() {
      return begin.plus(length);
    }
  }

  public List<String> nemeses() {
    return turns.stream().map(Turn::nemesis).distinct().toList();
  }

  /// That the clients are at work.
  public Duration time() {
    return turns.stream().map(Turn::end).max(Duration::compareTo).orElseThrow().plus(REST);
  }

  /// @param possible those of its nemeses that can work
  Schedule schedule(List<String> possible, long seed) {
    var random = new SplittableRandom(seed);
    return new Schedule(
        turns.stream()
            .filter(turn -> possible.contains(turn.nemesis))
            .map(
                turn -> new Schedule.Step(turn.nemesis, turn.begin, turn.length, random.nextLong()))
            .toList());
  }
}
