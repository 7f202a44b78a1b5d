package io.quiverdb.bench.engine;

import io.quiverdb.bench.Contest;
import io.quiverdb.bench.Result;
import io.quiverdb.bench.ResultFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Measures the engine: `run engine [--quick] [--folder D] [--results D]`. Exits 1 if a target is
/// missed.
public final class EngineBench {
  private static final int ROUNDS = 5;

  private final Path folder;
  private final boolean quick;
  private final List<Result> results = new ArrayList<>();

  private EngineBench(Path folder, boolean quick) {
    this.folder = folder;
    this.quick = quick;
  }

  public static void main(String[] arguments) throws Exception {
    var given = List.of(arguments);
    boolean quick = given.contains("--quick");
    var bench = new EngineBench(path(given, "--folder", "target/bench"), quick);
    bench.run();
    ResultFiles.write(
        path(given, "--results", "deploy/bench/results"),
        quick ? "engine-quick" : "engine",
        "deploy/bench/run engine" + (quick ? " --quick" : ""),
        bench.results);
    if (!bench.results.stream().allMatch(Result::targetMet)) {
      System.exit(1);
    }
  }

  private static Path path(List<String> arguments, String option, String otherwise) {
    int at = arguments.indexOf(option);
    return Path.of(at < 0 ? otherwise : arguments.get(at + 1)).toAbsolutePath();
  }

  private void run() throws Exception {
    int pointCount = quick ? 100_000 : 1_000_000;
    run(new SingleUpserts(folder, Stores.ENCRYPTED, quick ? 300 : 3000).contest());
    var ingest = new BatchIngest(folder, quick ? 50_000 : 400_000);
    run(ingest.againstTheDisk());
    run(ingest.encryption());
    try (var gets = new Gets(folder, quick ? 50_000 : 500_000, quick ? 100_000 : 1_000_000)) {
      run(gets.encryption());
    }
    try (var openings = new Openings(folder, pointCount)) {
      run(openings.afterCleanClose());
      run(openings.heap());
      run(openings.withTail());
    }
    try (var compactions = new Compactions(folder, pointCount)) {
      run(compactions.heap());
    }
    try (var gets = new GetsBesideRocksDb(folder, pointCount, quick ? 200_000 : 1_000_000)) {
      run(gets.warm());
      run(gets.cold());
    }
    try (var work = new BackgroundWork(folder, quick ? 50_000 : 200_000)) {
      run(work.readTail());
    }
    System.out.println();
    System.out.print(
        ResultFiles.markdown("deploy/bench/run engine" + (quick ? " --quick" : ""), results));
  }

  private void run(Contest contest) throws Exception {
    System.out.println("measuring: " + contest.name());
    results.add(contest.run(ROUNDS));
  }
}
