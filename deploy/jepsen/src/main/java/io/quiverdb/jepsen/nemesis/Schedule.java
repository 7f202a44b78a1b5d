package io.quiverdb.jepsen.nemesis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// When which nemesis acts, and for how long: the same for the same seed. Every nemesis has its
/// turn before one has a second; now and then two act at a time. Those that last act beside them
/// all the time, but for a breath now and then.
public record Schedule(List<Step> steps) {
  /// A node that was killed takes some seconds to serve again: between two faults there is to be a
  /// time in which the cluster works, or clients would ask in vain only.
  private static final int REST_MIN_MILLIS = 2_500;

  private static final int REST_MAX_MILLIS = 5_500;
  private static final int HARM_MIN_MILLIS = 2_000;
  private static final int HARM_MAX_MILLIS = 6_000;
  private static final int OVERLAPS_OF_A_HUNDRED = 30;
  private static final int LASTING_MIN_MILLIS = 10_000;
  private static final int LASTING_MAX_MILLIS = 25_000;
  private static final int BREATH_MAX_MILLIS = 3_000;

  public Schedule {
    steps = List.copyOf(steps);
  }

  /// @param nemesis its name
  /// @param begin since the clients began, without what is put off
  /// @param seed of the choices it makes
  public record Step(String nemesis, Duration begin, Duration length, long seed) {}

  /// @param nemeses names
  /// @param time that the clients are at work; the last harm ends before
  public static Schedule draw(List<String> nemeses, Duration time, long seed) {
    var random = new SplittableRandom(seed);
    var lasting = nemeses.stream().filter(name -> Nemeses.create(name).lasts()).toList();
    var steps = new ArrayList<Step>();
    turns(nemeses.stream().filter(name -> !lasting.contains(name)).toList(), time, random, steps);
    for (var nemesis : lasting) {
      last(nemesis, time, random, steps);
    }
    return new Schedule(steps);
  }

  private static void turns(
      List<String> nemeses, Duration time, SplittableRandom random, List<Step> steps) {
    var turn = new ArrayList<String>();
    long at = random.nextInt(REST_MIN_MILLIS, REST_MAX_MILLIS);
    while (!nemeses.isEmpty()) {
      if (turn.isEmpty()) {
        turn.addAll(nemeses);
      }
      var nemesis = turn.remove(random.nextInt(turn.size()));
      long length = random.nextInt(HARM_MIN_MILLIS, HARM_MAX_MILLIS);
      if (at + length + REST_MIN_MILLIS > time.toMillis()) {
        break;
      }
      steps.add(step(nemesis, at, length, random));
      boolean overlaps = nemeses.size() > 1 && random.nextInt(100) < OVERLAPS_OF_A_HUNDRED;
      at += overlaps ? length / 2 : length + random.nextInt(REST_MIN_MILLIS, REST_MAX_MILLIS);
    }
  }

  private static void last(
      String nemesis, Duration time, SplittableRandom random, List<Step> steps) {
    long at = random.nextInt(BREATH_MAX_MILLIS);
    while (true) {
      long left = time.toMillis() - REST_MIN_MILLIS - at;
      if (left < HARM_MIN_MILLIS) {
        return;
      }
      long length = Math.min(left, random.nextInt(LASTING_MIN_MILLIS, LASTING_MAX_MILLIS));
      steps.add(step(nemesis, at, length, random));
      at += length + random.nextInt(BREATH_MAX_MILLIS);
    }
  }

  private static Step step(String nemesis, long at, long length, SplittableRandom random) {
    return new Step(nemesis, Duration.ofMillis(at), Duration.ofMillis(length), random.nextLong());
  }
}
