package io.quiverdb.bench.search;

import io.quiverdb.bench.BenchOptions;
import io.quiverdb.bench.Folder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures searches: `run search [--quick] [--only SET] [--folder D] [--results D]`. Each data set
/// has results of its own. Exits 1 if a target is missed.
@Command(
    name = "search",
    description =
        "Measures searches beside Lucene's index searcher and the graph library alone, at equal"
            + " recall.",
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = BenchOptions.USAGE,
    exitCodeOnExecutionException = BenchOptions.SOFTWARE)
public final class SearchBench implements Callable<Integer> {
  @Mixin private final BenchOptions options = new BenchOptions();

  @Option(
      names = "--only",
      paramLabel = "SET",
      description = "One of: ${COMPLETION-CANDIDATES}. Without it, all but the last.")
  private @Nullable DataSet only;

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new SearchBench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<DataSet> sets =
        only != null
            ? List.of(only)
            : Arrays.stream(DataSet.values()).filter(DataSet::isMeasuredUnasked).toList();
    int worst = 0;
    for (var set : sets) {
      worst = Math.max(worst, measure(set));
    }
    return worst;
  }

  private int measure(DataSet set) throws Exception {
    try (var folder = Folder.in(options.folder());
        var bench = new SetBench(set, options.quick(), folder.path())) {
      bench.run();
      return options.report(
          "search", Optional.of(set), "", bench.results(), Optional.of(bench.curves()));
    }
  }
}
