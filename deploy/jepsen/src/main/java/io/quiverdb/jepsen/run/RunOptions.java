package io.quiverdb.jepsen.run;

import io.quiverdb.jepsen.cluster.ClusterPlan.NetChoice;
import io.quiverdb.jepsen.nemesis.Nemeses;
import io.quiverdb.jepsen.workload.Workloads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What is to be run. The seed fixes what clients ask and which faults come when, as far as that
/// does not depend on who leads and how fast things are.
///
/// @param workloads names of them
/// @param nemeses names of them; none for a run without faults
/// @param time that the clients are at work
/// @param operations that are to be answered: if there are fewer when the time is over, the clients
///   go on without faults until there are, or until [#TIMES_AS_LONG_MAX] times that time is over:
///   how fast the machine is does not count
/// @param concurrency clients of each workload
/// @param net what links are made of, if a nemesis turns to them
/// @param endpoints host:port of all nodes of a cluster that is there; none for one of our own
/// @param serve the command that runs a node, without its options
/// @param out a new or an empty folder, for all that is left of the run
/// @param scenario whose workloads, nemeses and time these are, and which says when what is done
public record RunOptions(
    List<String> workloads,
    List<String> nemeses,
    Duration time,
    int operations,
    int nodes,
    int concurrency,
    long seed,
    NetChoice net,
    List<String> endpoints,
    List<String> serve,
    Path out,
    Optional<Scenario> scenario) {
  /// A guard against hanging.
  static final int TIMES_AS_LONG_MAX = 5;

  private static final Duration TIME_MIN = Duration.ofSeconds(5);
  private static final Set<Integer> NODE_COUNTS = Set.of(1, 3, 5);

  /// With more at a time on one key, histories cannot be judged.
  private static final int CONCURRENCY_MAX = 20;

  public RunOptions {
    workloads = List.copyOf(workloads);
    nemeses = List.copyOf(nemeses);
    endpoints = List.copyOf(endpoints);
    serve = List.copyOf(serve);
    require(!workloads.isEmpty(), "workload: none (expected: at least one)");
    workloads.forEach(Workloads::create);
    nemeses.forEach(Nemeses::create);
    require(
        time.compareTo(TIME_MIN) >= 0, "time: " + time + " (expected: at least " + TIME_MIN + ")");
    require(operations >= 0, "operations: " + operations + " (expected: 0 or more)");
    require(NODE_COUNTS.contains(nodes), "nodes: " + nodes + " (expected: 1, 3 or 5)");
    require(
        concurrency >= 1 && concurrency <= CONCURRENCY_MAX,
        "concurrency: " + concurrency + " (expected: 1 to " + CONCURRENCY_MAX + ")");
  }

  /// Those of a scenario.
  public static RunOptions of(
      Scenario scenario, int concurrency, long seed, NetChoice net, List<String> serve, Path out) {
    return new RunOptions(
        scenario.workloads(),
        scenario.nemeses(),
        scenario.time(),
        0,
        Scenario.NODES,
        concurrency,
        seed,
        net,
        List.of(),
        serve,
        out,
        Optional.of(scenario));
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  /// The arguments of the command that repeats it.
  public String replay() {
    var what =
        scenario
            .map(named -> "--scenario " + named.name())
            .orElseGet(
                () ->
                    "--workload %s%s --time %d%s --nodes %d"
                        .formatted(
                            String.join(",", workloads),
                            nemeses.isEmpty() ? "" : " --nemesis " + String.join(",", nemeses),
                            time.toSeconds(),
                            operations == 0 ? "" : " --operations " + operations,
                            nodes));
    return "test %s --concurrency %d --seed %d --net %s%s"
        .formatted(
            what,
            concurrency,
            seed,
            net.word(),
            endpoints.isEmpty() ? "" : " --endpoints " + String.join(",", endpoints));
  }
}
