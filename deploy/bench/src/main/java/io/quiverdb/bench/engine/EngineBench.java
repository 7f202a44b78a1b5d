package io.quiverdb.bench.engine;

import io.quiverdb.bench.BenchOptions;
import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures the engine: `run engine [--quick] [--only AREA] [--folder D] [--results D]`. Exits 1 if
/// a target is missed.
@Command(
    name = "engine",
    description = "Measures the engine against references in the same run.",
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = BenchOptions.USAGE,
    exitCodeOnExecutionException = BenchOptions.SOFTWARE)
public final class EngineBench implements Callable<Integer> {
  private static final int ROUNDS = 5;

  private final List<Result> results = new ArrayList<>();

  @Mixin private final BenchOptions options = new BenchOptions();

  @Option(names = "--only", paramLabel = "AREA", description = "One of: ${COMPLETION-CANDIDATES}.")
  private @Nullable Area only;

  /// Contests that share what they need.
  private enum Area {
    UPSERTS,
    INGEST,
    READS,
    OPENING,
    COMPACTION,
    ROCKSDB,
    BACKGROUND;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new EngineBench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    for (var area : only == null ? List.of(Area.values()) : List.of(only)) {
      run(area);
    }
    return options.report("engine", Optional.ofNullable(only), results);
  }

  private void run(Area area) throws Exception {
    var folder = options.folder();
    boolean quick = options.quick();
    int pointCount = quick ? 100_000 : 1_000_000;
    switch (area) {
      case UPSERTS ->
          run(new SingleUpserts(folder, Stores.ENCRYPTED, quick ? 300 : 3000).contest());
      case INGEST -> {
        var ingest = new BatchIngest(folder, quick ? 50_000 : 400_000);
        run(ingest.againstTheDisk());
        run(ingest.encryption());
      }
      case READS -> {
        try (var gets = new Gets(folder, quick ? 50_000 : 500_000, quick ? 100_000 : 1_000_000)) {
          run(gets.encryption());
        }
      }
      case OPENING -> {
        try (var openings = new Openings(folder, pointCount)) {
          run(openings.afterCleanClose());
          run(openings.heap());
          run(openings.withTail());
        }
      }
      case COMPACTION -> {
        try (var compactions = new Compactions(folder, pointCount)) {
          run(compactions.heap());
        }
      }
      case ROCKSDB -> {
        try (var gets = new GetsBesideRocksDb(folder, pointCount, quick ? 200_000 : 1_000_000)) {
          run(gets.warm());
          run(gets.cold());
        }
      }
      case BACKGROUND -> {
        try (var work = new BackgroundWork(folder, quick ? 50_000 : 200_000)) {
          run(work.readTail());
        }
      }
    }
  }

  private void run(Contest contest) throws Exception {
    System.out.println("measuring: " + contest.name());
    results.add(contest.run(ROUNDS));
  }
}
