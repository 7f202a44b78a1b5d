package io.quiverdb.jepsen.suite;

import io.quiverdb.jepsen.cluster.ClusterPlan.NetChoice;
import io.quiverdb.jepsen.nemesis.Nemeses;
import io.quiverdb.jepsen.run.Scenario;
import io.quiverdb.jepsen.run.Scenarios;
import io.quiverdb.jepsen.workload.Workloads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What runs there are to be; drawn from a seed.
public enum Suite {
  /// For every build: no rights needed, and the same everywhere.
  QUICK {
    @Override
    Stream<Entry> entries(long seed) {
      return Stream.of(
          new Entry(
              "quick",
              List.of("register", "set", "tombstones"),
              List.of("kill", "pause", "partition-leader"),
              Duration.ofMinutes(3),
              20_000,
              NetChoice.PROXIES,
              seed,
              Optional.empty()));
    }
  },
  /// Every workload under every nemesis, scenarios, combinations of nemeses; then the first once
  /// more, otherwise drawn.
  STANDARD {
    @Override
    Stream<Entry> entries(long seed) {
      return Stream.of(
              pairs(1, seed),
              scenarios(seed),
              combinations(seed).limit(COMBINATIONS),
              pairs(2, seed))
          .flatMap(entries -> entries);
    }
  },
  /// Combinations without end.
  SOAK {
    @Override
    Stream<Entry> entries(long seed) {
      return combinations(seed);
    }
  };

  private static final int COMBINATIONS = 32;
  private static final int ROUNDS_OF_SCENARIOS = 10;
  private static final Duration PAIR_TIME = Duration.ofSeconds(40);
  private static final Duration COMBINATION_TIME = Duration.ofSeconds(60);

  /// So many at once as a small machine bears.
  private static final int WORKLOADS_AT_ONCE = 4;

  private static final int NEMESES_COMBINED = 3;

  /// One run.
  ///
  /// @param name its folder's
  /// @param scenario whose the rest is, if it is the run of one
  public record Entry(
      String name,
      List<String> workloads,
      List<String> nemeses,
      Duration time,
      int operations,
      NetChoice net,
      long seed,
      Optional<Scenario> scenario) {
    private static final int NODES = 3;

    /// With as many nodes as replicas there would be nowhere to move any.
    private static final int NODES_TO_MOVE_BETWEEN = 5;

    int nodes() {
      return nemeses.contains("membership") ? NODES_TO_MOVE_BETWEEN : NODES;
    }
  }

  /// The same for the same seed.
  abstract Stream<Entry> entries(long seed);

  /// Every nemesis alone, with half of the workloads each time.
  private static Stream<Entry> pairs(int round, long seed) {
    var random = new SplittableRandom(seed + round - 1);
    return Nemeses.names().stream()
        .flatMap(
            nemesis ->
                groups(Workloads.names()).stream()
                    .map(
                        workloads ->
                            new Entry(
                                nemesis + "-" + workloads.getFirst() + "-" + round,
                                workloads,
                                List.of(nemesis),
                                PAIR_TIME,
                                0,
                                NetChoice.AUTO,
                                random.nextInt(Integer.MAX_VALUE),
                                Optional.empty())));
  }

  private static Stream<Entry> scenarios(long seed) {
    var random = new SplittableRandom(seed ^ 0x5CE7A210L);
    return IntStream.rangeClosed(1, ROUNDS_OF_SCENARIOS)
        .boxed()
        .flatMap(
            round ->
                Scenarios.names().stream()
                    .map(
                        name ->
                            entry(Scenarios.get(name), round, random.nextInt(Integer.MAX_VALUE))));
  }

  private static Entry entry(Scenario scenario, int round, long seed) {
    return new Entry(
        scenario.name() + "-" + round,
        scenario.workloads(),
        scenario.nemeses(),
        scenario.time(),
        0,
        NetChoice.AUTO,
        seed,
        Optional.of(scenario));
  }

  private static List<List<String>> groups(List<String> names) {
    return IntStream.iterate(0, from -> from < names.size(), from -> from + WORKLOADS_AT_ONCE)
        .mapToObj(from -> names.subList(from, Math.min(names.size(), from + WORKLOADS_AT_ONCE)))
        .toList();
  }

  private static Stream<Entry> combinations(long seed) {
    var random = new SplittableRandom(seed ^ 0x5DEECE66DL);
    return IntStream.iterate(1, number -> number + 1)
        .mapToObj(
            number ->
                new Entry(
                    "combination-" + number,
                    draw(Workloads.names(), WORKLOADS_AT_ONCE, random),
                    draw(Nemeses.names(), NEMESES_COMBINED, random),
                    COMBINATION_TIME,
                    0,
                    NetChoice.AUTO,
                    random.nextInt(Integer.MAX_VALUE),
                    Optional.empty()));
  }

  private static List<String> draw(List<String> names, int count, SplittableRandom random) {
    var shuffled = new ArrayList<>(names);
    Collections.shuffle(shuffled, Random.from(random));
    return List.copyOf(shuffled.subList(0, count));
  }
}
