package io.quiverdb.bench.writes;

import io.quiverdb.bench.BenchOptions;
import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Folder;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures acknowledged writes of a cluster of three: `run writes [--quick] [--only AREA]
/// [--folder D] [--results D]`. Exits 1 if a target is missed, 3 if etcd is not there.
@Command(
    name = "writes",
    description = "Measures acknowledged writes of three nodes beside etcd and Ratis alone.",
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = BenchOptions.USAGE,
    exitCodeOnExecutionException = BenchOptions.SOFTWARE)
public final class WritesBench implements Callable<Integer> {
  private static final int PEER_ABSENT = 3;
  private static final int ROUNDS = 5;
  private static final int BATCH = 256;
  private static final int BATCHES_IN_FLIGHT = 16;
  private static final int LARGE_ENTRY_BYTES = 64 << 10;
  private static final double BATCHED_POINTS_PER_SECOND = 80_000;

  private final List<Result> results = new ArrayList<>();

  @Mixin private final BenchOptions options = new BenchOptions();

  @Option(names = "--only", paramLabel = "AREA", description = "One of: ${COMPLETION-CANDIDATES}.")
  private @Nullable Area only;

  private enum Area {
    SINGLE,
    LONE,
    BATCHED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
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
    try (var folder = Folder.in(options.folder());
        var quiver =
            new QuiverCluster(
                folder.path().resolve("quiver"),
                List.of(System.getProperty("launcher", "quiver"), "serve"));
        var peer = new EtcdCluster(folder.path().resolve("etcd"), etcd.get());
        var ratis = new BareRatis(folder.path().resolve("ratis"))) {
      measure(quiver, peer, ratis);
    }
    return options.report("writes", Optional.ofNullable(only), results);
  }

  private void measure(QuiverCluster quiver, EtcdCluster etcd, BareRatis ratis) throws Exception {
    var puts = etcd.puts();
    var single = quiver.single();
    var time = Duration.ofSeconds(options.quick() ? 1 : 4);
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
    int burst = (options.quick() ? 20_000 : 200_000) / BATCH;
    var _ = batches.run(BATCHES_IN_FLIGHT, (options.quick() ? 150_000 : 1_500_000) / BATCH);
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
    var time = Duration.ofSeconds(options.quick() ? 5 : 40);
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
}
