package io.quiverdb.bench.writes;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.ResultFiles;
import io.quiverdb.bench.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Measures acknowledged writes of a cluster of three: `run writes [--quick] [--only AREA]
/// [--folder D] [--results D]`. Exits 1 if a target is missed, 3 if etcd is not there.
@Command(
    name = "writes",
    description = "Measures acknowledged writes of three nodes beside etcd and Ratis alone.",
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = WritesBench.USAGE,
    exitCodeOnExecutionException = WritesBench.SOFTWARE)
public final class WritesBench implements Callable<Integer> {
  static final int USAGE = 64;
  static final int SOFTWARE = 70;
  private static final int PEER_ABSENT = 3;
  private static final int ROUNDS = 5;
  private static final int BATCH = 256;
  private static final int BATCHES_IN_FLIGHT = 16;
  private static final int LARGE_ENTRY_BYTES = 64 << 10;
  private static final double BATCHED_POINTS_PER_SECOND = 80_000;

  private final List<Result> results = new ArrayList<>();

  @Option(names = "--quick", description = "A second a round, and a tenth of the points.")
  private boolean quick;

  @Option(names = "--only", paramLabel = "AREA", description = "One of: ${COMPLETION-CANDIDATES}.")
  private @Nullable Area only;

  @Option(
      names = "--folder",
      paramLabel = "D",
      defaultValue = "target/bench",
      description = "Where the members' data is; its disk is measured. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of("target/bench");

  @Option(
      names = "--results",
      paramLabel = "D",
      defaultValue = "deploy/bench/results",
      description = "Where Markdown and JSON are written. Default: ${DEFAULT-VALUE}.")
  private Path resultFolder = Path.of("deploy/bench/results");

  private enum Area {
    SINGLE,
    LONE,
    BATCHED;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new WritesBench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    var etcd = etcd();
    if (etcd.isEmpty()) {
      System.err.println(
          "peer absent: no etcd on the PATH nor in deploy/bench/target/peer"
              + " (deploy/bench/run get-etcd brings it, on Debian and Ubuntu)");
      return PEER_ABSENT;
    }
    Files.createDirectories(folder);
    var own = Files.createTempDirectory(folder.toAbsolutePath(), "writes-");
    try (var quiver =
            new QuiverCluster(
                own.resolve("quiver"), List.of(System.getProperty("launcher", "quiver"), "serve"));
        var peer = new EtcdCluster(own.resolve("etcd"), etcd.get());
        var ratis = new BareRatis(own.resolve("ratis"))) {
      measure(quiver, peer, ratis);
    } finally {
      delete(own);
    }
    String suffix = (quick ? " --quick" : "") + (only == null ? "" : " --only " + only);
    String command = "deploy/bench/run writes" + suffix;
    System.out.println();
    System.out.print(ResultFiles.markdown(command, results));
    ResultFiles.write(
        resultFolder.toAbsolutePath(),
        "writes" + suffix.replace(" --only ", "-").replace(" --", "-"),
        command,
        results);
    return results.stream().allMatch(Result::targetMet) ? 0 : 1;
  }

  private void measure(QuiverCluster quiver, EtcdCluster etcd, BareRatis ratis) throws Exception {
    var puts = etcd.puts();
    var single = quiver.single();
    var time = Duration.ofSeconds(quick ? 1 : 4);
    warmUp(single, puts, ratis);
    int entryBytes = Values.BYTES + Values.id(0).length();
    if (only == null || only == Area.SINGLE) {
      for (int inFlight : List.of(64, 256)) {
        run(
            new Contest(
                "upserts of one point, " + inFlight + " in flight",
                "writes/s",
                "quiver",
                () -> single.run(inFlight, time).callsPerSecond(),
                "etcd",
                () -> puts.run(inFlight, time).callsPerSecond(),
                Target.atLeast(2)));
        run(
            new Contest(
                "upserts of one point, " + inFlight + " in flight",
                "writes/s",
                "quiver",
                () -> single.run(inFlight, time).callsPerSecond(),
                "Ratis alone",
                () -> ratis.run(inFlight, entryBytes, time).callsPerSecond(),
                Target.atLeast(1.5)));
      }
    }
    if (only == null || only == Area.LONE) {
      run(
          new Contest(
              "upsert of one point, one in flight, median",
              "µs",
              "quiver",
              () -> single.run(1, time).p50Micros(),
              "Ratis alone",
              () -> ratis.run(1, entryBytes, time).p50Micros(),
              Target.atMost(1.2)));
      run(
          new Contest(
              "upsert of one point, one in flight, median",
              "µs",
              "quiver",
              () -> single.run(1, time).p50Micros(),
              "etcd",
              () -> puts.run(1, time).p50Micros(),
              Target.reported()));
    }
    if (only == null || only == Area.BATCHED) {
      batched(quiver, ratis, time);
    }
  }

  private void batched(QuiverCluster quiver, BareRatis ratis, Duration time) throws Exception {
    var batches = quiver.batches(BATCH);
    int burst = (quick ? 20_000 : 200_000) / BATCH;
    var _ = batches.run(BATCHES_IN_FLIGHT, (quick ? 150_000 : 1_500_000) / BATCH);
    run(
        new Contest(
            "upserts of " + BATCH + " points, " + BATCHES_IN_FLIGHT + " in flight",
            "points/s",
            "quiver",
            () -> batches.run(BATCHES_IN_FLIGHT, burst).callsPerSecond() * BATCH,
            "limit",
            () -> BATCHED_POINTS_PER_SECOND,
            Target.atLeast(1)));
    run(
        new Contest(
            "bytes of vectors, upserts of " + BATCH + " points",
            "MB/s",
            "quiver",
            () ->
                batches.run(BATCHES_IN_FLIGHT, burst).callsPerSecond() * BATCH * Values.BYTES / 1e6,
            "Ratis alone, entries of 64 KiB",
            () ->
                ratis.run(BATCHES_IN_FLIGHT, LARGE_ENTRY_BYTES, time).callsPerSecond()
                    * LARGE_ENTRY_BYTES
                    / 1e6,
            Target.atLeast(0.6)));
  }

  /// Until the JVMs have compiled what is hot: it takes them longer than a round.
  private void warmUp(Load single, Load puts, BareRatis ratis) {
    System.out.println("warming up");
    var time = Duration.ofSeconds(quick ? 5 : 40);
    var _ = single.run(64, time);
    var _ = ratis.run(64, Values.BYTES, time);
    var _ = puts.run(64, time.dividedBy(4));
  }

  private void run(Contest contest) throws Exception {
    System.out.println("measuring: " + contest.name() + " (" + contest.referenceName() + ")");
    results.add(contest.run(ROUNDS));
  }

  private static Optional<String> etcd() {
    var brought = Path.of(System.getProperty("peer", "peer")).resolve("etcd");
    return Stream.concat(
            Stream.of(brought),
            Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(directory -> Path.of(directory, "etcd")))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  private static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (var path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
