package io.quiverdb.bench.recovery;

import io.quiverdb.bench.BenchOptions;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Result;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures how a cluster comes back: `run recovery [--quick] [--only AREA] [--store D] [--folder
/// D] [--results D]`. Exits 1 if a target is missed.
@Command(
    name = "recovery",
    description = "Measures fail-over, restarts, new members, and the memory of members.",
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = BenchOptions.USAGE,
    exitCodeOnExecutionException = BenchOptions.SOFTWARE)
public final class RecoveryBench implements Callable<Integer> {
  private static final int POINTS = 1_000_000;
  private static final int POINTS_QUICK = 50_000;

  /// All of a small shard's log would be kept, and a new member given the log in place of a
  /// snapshot.
  private static final Map<String, String> SHORT_LOG =
      Map.of("QUIVER_RAFT_LOG_SEGMENT", "4MiB", "QUIVER_RAFT_LOG_TAIL", "4MiB");

  @Mixin private final BenchOptions options = new BenchOptions();

  @Option(names = "--only", paramLabel = "AREA", description = "One of: ${COMPLETION-CANDIDATES}.")
  private @Nullable Area only;

  @Option(
      names = "--store",
      paramLabel = "D",
      description =
          "Keeps the shard with its graphs that restarts and joins begin with, which takes long to"
              + " make, and uses what an earlier run kept there.")
  private @Nullable Path store;

  @Option(
      names = "--points",
      paramLabel = "N",
      description = "How many points the shard has: 1000000, or 50000 with --quick, if not said.")
  private int points;

  @Option(names = "--make", description = "Makes what --store keeps, and measures nothing.")
  private boolean make;

  private enum Area {
    FAILOVER,
    RESTART,
    JOIN,
    MEMORY;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static void main(String[] arguments) {
    // Nodes end with the command that started them, also where it is stopped.
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () ->
                        ProcessHandle.current()
                            .descendants()
                            .forEach(ProcessHandle::destroyForcibly)));
    System.exit(
        new CommandLine(new RecoveryBench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    try (var folder = Folder.in(options.folder());
        var http = HttpClient.newHttpClient()) {
      var kept = Optional.ofNullable(store).map(Path::toAbsolutePath);
      if (make) {
        var _ = shard(kept.orElse(folder.path()), http);
        return 0;
      }
      List<Result> results = new ArrayList<>();
      if (isWanted(Area.FAILOVER)) {
        try (var failovers = new Failovers(folder.path().resolve("failover"), serve())) {
          results.addAll(failovers.run(options.quick() ? 10 : 100));
        }
      }
      if (isWanted(Area.RESTART) || isWanted(Area.JOIN)) {
        results.addAll(withShard(shard(kept.orElse(folder.path()), http), folder.path(), http));
      }
      if (isWanted(Area.MEMORY)) {
        var memory = new MemberMemory(folder.path().resolve("memory"), serve());
        results.addAll(memory.run(options.quick() ? 1 : 3));
      }
      String more = points == 0 ? "" : " --points " + points;
      return options.report("recovery", Optional.ofNullable(only), more, results, Optional.empty());
    }
  }

  private List<Result> withShard(BuiltShard shard, Path folder, HttpClient http) throws Exception {
    List<Result> results = new ArrayList<>();
    if (isWanted(Area.RESTART)) {
      try (var restarts = new Restarts(shard, folder.resolve("restart"), http)) {
        results.addAll(restarts.run(options.quick() ? 3 : 5));
      }
    }
    if (isWanted(Area.JOIN)) {
      try (var joins = new Joins(shard, folder.resolve("join"), environment(), http)) {
        results.addAll(joins.run(options.quick() ? 3 : 5));
      }
    }
    return results;
  }

  private boolean isWanted(Area area) {
    return only == null || only == area;
  }

  private BuiltShard shard(Path parent, HttpClient http) throws Exception {
    return BuiltShard.in(parent, shardPoints(), serve(), environment(), http);
  }

  private int shardPoints() {
    if (points < 0) {
      throw new IllegalArgumentException("--points: " + points + " (expected: at least 1)");
    }
    int usual = options.quick() ? POINTS_QUICK : POINTS;
    return points == 0 ? usual : points;
  }

  private Map<String, String> environment() {
    return shardPoints() < POINTS ? SHORT_LOG : Map.of();
  }

  private static List<String> serve() {
    return List.of(System.getProperty("launcher", "quiver"), "serve");
  }
}
