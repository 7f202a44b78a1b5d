package io.quiverdb.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What all benchmarks may be told, and how they tell what came of it.
public final class BenchOptions {
  public static final int USAGE = 64;
  public static final int SOFTWARE = 70;

  @Option(names = "--quick", description = "Less data and shorter rounds.")
  private boolean quick;

  @Option(
      names = "--folder",
      paramLabel = "D",
      defaultValue = "target/bench",
      description = "Where data is written; its disk is measured. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of("target/bench");

  @Option(
      names = "--results",
      paramLabel = "D",
      defaultValue = "deploy/bench/results",
      description = "Where Markdown and JSON are written. Default: ${DEFAULT-VALUE}.")
  private Path resultFolder = Path.of("deploy/bench/results");

  public boolean quick() {
    return quick;
  }

  public Path folder() {
    return folder.toAbsolutePath();
  }

  /// Prints the results and writes them to files.
  ///
  /// @param name of the benchmark
  /// @param only the area, if not all were measured
  /// @return the exit code: 0 if every target is met, 1 if not
  public int report(String name, Optional<? extends Enum<?>> only, List<Result> results)
      throws IOException {
    return report(name, only, "", results, Optional.empty());
  }

  /// @param more options that the results depend on, as they were given, each behind a blank
  /// @param curves that are written too
  public int report(
      String name,
      Optional<? extends Enum<?>> only,
      String more,
      List<Result> results,
      Optional<Curves> curves)
      throws IOException {
    String area = only.map(one -> one.name().toLowerCase(Locale.ROOT)).orElse("");
    String command =
        "deploy/bench/run "
            + name
            + (quick ? " --quick" : "")
            + (area.isEmpty() ? "" : " --only " + area)
            + more;
    String file = name + (quick ? "-quick" : "") + (area.isEmpty() ? "" : "-" + area);
    System.out.println();
    System.out.print(ResultFiles.markdown(command, results));
    ResultFiles.write(resultFolder.toAbsolutePath(), file, command, results, curves);
    return results.stream().allMatch(Result::targetMet) ? 0 : 1;
  }
}
