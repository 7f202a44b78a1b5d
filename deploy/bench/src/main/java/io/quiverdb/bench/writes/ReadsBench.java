package io.quiverdb.bench.writes;

import io.quiverdb.bench.BenchOptions;
import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.Target;
import io.quiverdb.client.Consistency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Measures reads of single points on a cluster of three, level by level: `run reads [--quick]
/// [--folder D] [--results D]`. Exits 1 if a target is missed.
@Command(
    name = "reads",
    description = "Measures gets of three nodes, level by level.",
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = BenchOptions.USAGE,
    exitCodeOnExecutionException = BenchOptions.SOFTWARE)
public final class ReadsBench implements Callable<Integer> {
  private static final int ROUNDS = 5;
  private static final int IN_FLIGHT = 64;
  private static final int POINTS = 10_000;
  private static final int BATCH = 100;

  /// Each linearizable read asks the two other members.
  private static final int OTHERS = 2;

  private static final double READS_PER_REQUEST = 8;

  private final List<Result> results = new ArrayList<>();

  @Mixin private final BenchOptions options = new BenchOptions();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ReadsBench()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    try (var folder = Folder.in(options.folder());
        var quiver =
            new QuiverCluster(
                folder.path().resolve("quiver"),
                List.of(System.getProperty("launcher", "quiver"), "serve"))) {
      var _ = quiver.batches(BATCH).run(4, POINTS / BATCH);
      measure(quiver);
    }
    return options.report("reads", Optional.empty(), results);
  }

  private void measure(QuiverCluster quiver) throws Exception {
    var time = Duration.ofSeconds(options.quick() ? 1 : 4);
    var linearizable = quiver.gets(Consistency.LINEARIZABLE, POINTS);
    var session = quiver.gets(Consistency.SESSION, POINTS);
    var any = quiver.gets(Consistency.ANY, POINTS);
    System.out.println("warming up");
    for (var load : List.of(linearizable, any, session)) {
      var _ = load.run(IN_FLIGHT, Duration.ofSeconds(options.quick() ? 5 : 20));
    }
    run(
        new Contest(
            "linearizable gets, " + IN_FLIGHT + " in flight",
            "gets/s",
            "linearizable",
            () -> linearizable.run(IN_FLIGHT, time).callsPerSecond(),
            "any",
            () -> any.run(IN_FLIGHT, time).callsPerSecond(),
            Target.atLeast(0.6)));
    run(
        new Contest(
            "gets of a session, " + IN_FLIGHT + " in flight",
            "gets/s",
            "session",
            () -> session.run(IN_FLIGHT, time).callsPerSecond(),
            "any",
            () -> any.run(IN_FLIGHT, time).callsPerSecond(),
            Target.reported()));
    run(
        new Contest(
            "reads that one request of the barrier serves, " + IN_FLIGHT + " gets in flight",
            "reads",
            "linearizable",
            () -> readsPerRequest(quiver, linearizable, time),
            "limit",
            () -> READS_PER_REQUEST,
            Target.atLeast(1)));
  }

  private static double readsPerRequest(QuiverCluster quiver, Load gets, Duration time)
      throws Exception {
    double requestsBefore = quiver.metric("quiver_raft_barrier_batch_reads_count");
    double readsBefore = quiver.metric("quiver_shard_reads_total{level=\"linearizable\"");
    var _ = gets.run(IN_FLIGHT, time);
    double requests = quiver.metric("quiver_raft_barrier_batch_reads_count") - requestsBefore;
    double reads = quiver.metric("quiver_shard_reads_total{level=\"linearizable\"") - readsBefore;
    return OTHERS * reads / requests;
  }

  private void run(Contest contest) throws Exception {
    System.out.println("measuring: " + contest.name());
    results.add(contest.run(ROUNDS));
  }
}
