package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.ResultFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Measures the engine: `run engine [--quick] [--only AREA] [--folder D] [--results D]`. Exits 1 if
/// a target is missed.
@Command(
    name = "engine",
    description = "Measures the engine against references in the same run.",
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = EngineBench.USAGE,
    exitCodeOnExecutionException = EngineBench.SOFTWARE)
public final class EngineBench implements Callable<Integer> {
  static final int USAGE = 64;
  static final int SOFTWARE = 70;
  private static final int ROUNDS = 5;

  private final List<Result> results = new ArrayList<>();

  @Option(names = "--quick", description = "A tenth of the data.")
  private boolean quick;

  @Option(names = "--only", paramLabel = "AREA", description = "One of: ${COMPLETION-CANDIDATES}.")
  private @Nullable Area only;

  @Option(
      names = "--folder",
      paramLabel = "D",
      defaultValue = "target/bench",
      description = "Where the stores are made; its disk is measured. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of("target/bench");

  @Option(
      names = "--results",
      paramLabel = "D",
      defaultValue = "deploy/bench/results",
      description = "Where Markdown and JSON are written. Default: ${DEFAULT-VALUE}.")
  private Path resultFolder = Path.of("deploy/bench/results");

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
    folder = folder.toAbsolutePath();
    for (var area : only == null ? List.of(Area.values()) : List.of(only)) {
      run(area);
    }
    String suffix = (quick ? " --quick" : "") + (only == null ? "" : " --only " + only);
    report(
        resultFolder.toAbsolutePath(),
        "engine" + suffix.replace(" --only ", "-").replace(" --", "-"),
        "deploy/bench/run engine" + suffix);
    return results.stream().allMatch(Result::targetMet) ? 0 : 1;
  }

  private void run(Area area) throws Exception {
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

  private void report(Path directory, String name, String command) throws Exception {
    System.out.println();
    System.out.print(ResultFiles.markdown(command, results));
    ResultFiles.write(directory, name, command, results);
  }

  private void run(Contest contest) throws Exception {
    System.out.println("measuring: " + contest.name());
    results.add(contest.run(ROUNDS));
  }
}
