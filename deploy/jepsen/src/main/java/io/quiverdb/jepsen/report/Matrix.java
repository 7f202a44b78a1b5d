package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.report.Summary.OfFault;
import io.quiverdb.jepsen.report.Summary.OfWorkload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// What all runs under a folder have shown, by pairs of workload and nemesis. A run of several
/// workloads under several nemeses counts for each pair of them: with the operations and violations
/// of the workload, with the faults of the nemesis and the gaps that overlap them. A pair's row is
/// right; sums over rows are not, the last row has the sums over runs.
///
/// @param rows by workload and nemesis
/// @param outcomes how many runs ended how
public record Matrix(Map<Pair, Row> rows, Row total, String outcomes) {
  private static final String NO_FAULTS = "none";

  public Matrix {
    rows = Map.copyOf(rows);
  }

  /// @param nemesis `none` for runs without faults
  public record Pair(String workload, String nemesis) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      int byWorkload = workload.compareTo(other.workload);
      return byWorkload == 0 ? nemesis.compareTo(other.nemesis) : byWorkload;
    }
  }

  /// @param faults without those that failed to come about or to be ended
  /// @param longestGapMillis without an acknowledged write; without faults, of the whole run
  public record Row(
      int runs, long operations, long faults, long violations, long longestGapMillis) {
    private static final Row ZERO = new Row(0, 0, 0, 0, 0);

    private static Row sum(Row one, Row other) {
      return new Row(
          one.runs + other.runs,
          one.operations + other.operations,
          one.faults + other.faults,
          one.violations + other.violations,
          Math.max(one.longestGapMillis, other.longestGapMillis));
    }

    private String markdown(String workload, String nemesis) {
      return Stream.concat(
              Stream.of(workload, nemesis),
              LongStream.of(runs, operations, faults, violations, longestGapMillis)
                  .mapToObj(Figure::count))
          .collect(Collectors.joining(" | ", "| ", " |\n"));
    }
  }

  /// @throws IOException if the folder cannot be read; a run whose summary cannot be is told as
  ///   unfinished
  public static Matrix of(Path folder) throws IOException {
    var runs = RunFolders.in(folder);
    return of(runs.summaries(), runs.outcomes());
  }

  static Matrix of(List<Summary> runs, String outcomes) {
    var rows = new TreeMap<Pair, Row>();
    var total = Row.ZERO;
    for (var run : runs) {
      total =
          Row.sum(
              total,
              new Row(
                  1,
                  run.operations(),
                  run.cameAboutCount(),
                  run.violationCount(),
                  run.longestGapMillis()));
      for (var workload : run.workloads()) {
        for (var nemesis : run.nemeses().isEmpty() ? List.of(NO_FAULTS) : run.nemeses()) {
          rows.merge(new Pair(workload, nemesis), row(run, workload, nemesis), Row::sum);
        }
      }
    }
    return new Matrix(rows, total, outcomes);
  }

  private static Row row(Summary run, String workload, String nemesis) {
    var own = run.byWorkload().getOrDefault(workload, new OfWorkload(0, 0, 0, 0));
    var faults = run.byFault().getOrDefault(nemesis, new OfFault(0, 0, 0));
    return new Row(
        1,
        own.operations(),
        faults.cameAbout(),
        own.violations(),
        run.nemeses().isEmpty() ? run.longestGapMillis() : faults.longestGapMillis());
  }

  /// Of a document: a table, the sums over all runs in the last row, and how the runs ended.
  public String markdown() {
    var lines = new ArrayList<String>();
    lines.add(
        "| workload | nemesis | runs | operations | faults | violations | longest write gap (ms)"
            + " |\n");
    lines.add("|---|---|--:|--:|--:|--:|--:|\n");
    new TreeMap<>(rows)
        .forEach((pair, row) -> lines.add(row.markdown(pair.workload, pair.nemesis)));
    lines.add(total.markdown("all", "all"));
    lines.add("\nRuns by outcome: " + (outcomes.isEmpty() ? "none" : outcomes) + ".\n");
    return String.join("", lines);
  }
}
