package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.ResultFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Measures the engine: `run engine [--quick] [--only AREA] [--folder D] [--results D]`. Exits 1 if
/// a target is missed.
public final class EngineBench {
  private static final int ROUNDS = 5;

  private final Path folder;
  private final boolean quick;
  private final List<Result> results = new ArrayList<>();

  private EngineBench(Path folder, boolean quick) {
    this.folder = folder;
    this.quick = quick;
  }

  /// Contests that share what they need.
  private enum Area {
    UPSERTS,
    INGEST,
    READS,
    OPENING,
    COMPACTION,
    ROCKSDB,
    BACKGROUND;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static void main(String[] arguments) throws Exception {
    var given = List.of(arguments);
    boolean quick = given.contains("--quick");
    var only = option(given, "--only").map(EngineBench::area);
    var bench = new EngineBench(path(given, "--folder", "target/bench"), quick);
    for (var area : only.map(List::of).orElse(List.of(Area.values()))) {
      bench.run(area);
    }
    String suffix =
        (quick ? " --quick" : "") + only.map(area -> " --only " + area.word()).orElse("");
    bench.report(
        path(given, "--results", "deploy/bench/results"),
        "engine" + suffix.replace(" --only ", "-").replace(" --", "-"),
        "deploy/bench/run engine" + suffix);
    if (!bench.results.stream().allMatch(Result::targetMet)) {
      System.exit(1);
    }
  }

  private static Area area(String word) {
    return Stream.of(Area.values())
        .filter(area -> area.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--only: %s (expected: one of %s)"
                        .formatted(word, Stream.of(Area.values()).map(Area::word).toList())));
  }

  private static Optional<String> option(List<String> arguments, String option) {
    int at = arguments.indexOf(option);
    return at < 0 ? Optional.empty() : Optional.of(arguments.get(at + 1));
  }

  private static Path path(List<String> arguments, String option, String otherwise) {
    return Path.of(option(arguments, option).orElse(otherwise)).toAbsolutePath();
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
