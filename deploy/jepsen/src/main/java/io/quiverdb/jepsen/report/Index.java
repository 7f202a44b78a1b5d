package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.report.RunFolders.RunFolder;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.ToLongFunction;

/// All runs under a folder as one page, newest first, with links to their reports. Made of their
/// summaries alone.
public final class Index {
  static final String FILE = "index.html";

  private Index() {}

  /// Writes `index.html` into the folder.
  public static void write(Path folder) throws IOException {
    Files.writeString(folder.resolve(FILE), html(RunFolders.in(folder)));
  }

  private static String html(RunFolders runs) {
    var page = new Page("Runs", "wide");
    var markup = page.markup();
    markup.element("h1", Figure.count(runs.all().size()) + " runs");
    var table =
        Table.open(
            markup,
            Table.words("run"),
            Table.numbers("ended (UTC)"),
            Table.words("outcome"),
            Table.words("workloads"),
            Table.words("nemeses"),
            Table.numbers("time"),
            Table.numbers("operations"),
            Table.numbers("unknown"),
            Table.numbers("faults"),
            Table.numbers("judged"),
            Table.numbers("undecided"),
            Table.numbers("violations"),
            Table.numbers("longest write gap"),
            Table.numbers("recovery"),
            Table.numbers("seed"));
    runs.all().forEach(run -> writeRow(table, run));
    table.foot();
    writeTotals(table, runs);
    table.close();
    return page.end();
  }

  private static void writeRow(Table table, RunFolder run) {
    table.openRow("");
    run.summary()
        .ifPresentOrElse(
            summary -> writeFinished(table, run, summary), () -> writeUnfinished(table, run));
    table.closeRow();
  }

  private static void writeFinished(Table table, RunFolder run, Summary summary) {
    table.link(run.name(), address(run.name() + "/" + Report.FILE));
    table.number(time(run));
    table.badge(summary.outcome().name(), Page.badge(summary.outcome()));
    table.cell(String.join(", ", summary.workloads()));
    table.cell(String.join(", ", summary.nemeses()));
    table.number(Figure.count(summary.timeSeconds()) + " s");
    table.number(summary.operations());
    table.number(summary.unknown());
    table.number(summary.faultCount());
    table.number(summary.judgedCount());
    table.number(summary.undecidedCount());
    table.number(summary.violationCount());
    table.number(Figure.millis(summary.longestGapMillis()));
    table.number(Figure.millis(summary.recoveryMillis()));
    table.number(String.valueOf(summary.seed()));
  }

  private static void writeUnfinished(Table table, RunFolder run) {
    table.link(run.name(), address(run.name() + "/"));
    table.number(time(run));
    table.badge("UNFINISHED", "badge unclear");
    table.wide(run.trouble().isEmpty() ? "killed, or still at work" : run.trouble(), 12);
  }

  private static String time(RunFolder run) {
    return run.time()
        .toInstant()
        .truncatedTo(ChronoUnit.SECONDS)
        .toString()
        .replace('T', ' ')
        .replace("Z", "");
  }

  /// Relative, whatever the name: neither a scheme nor another host.
  private static String address(String path) {
    try {
      return new URI(null, null, "./" + path, null).toASCIIString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("path: " + path + " (expected: one of a folder)", e);
    }
  }

  private static void writeTotals(Table table, RunFolders runs) {
    var all = runs.summaries();
    table.openRow("");
    table.cell(Figure.count(runs.all().size()) + " runs");
    table.cell("");
    table.cell(runs.outcomes());
    table.cell("");
    table.cell("");
    table.number(Figure.count(sum(all, Summary::timeSeconds)) + " s");
    table.number(sum(all, Summary::operations));
    table.number(sum(all, Summary::unknown));
    table.number(sum(all, Summary::faultCount));
    table.number(sum(all, Summary::judgedCount));
    table.number(sum(all, Summary::undecidedCount));
    table.number(sum(all, Summary::violationCount));
    table.number(Figure.millis(most(all, Summary::longestGapMillis)));
    table.number(Figure.millis(most(all, Summary::recoveryMillis)));
    table.cell("");
    table.closeRow();
  }

  private static long sum(List<Summary> summaries, ToLongFunction<Summary> figure) {
    return summaries.stream().mapToLong(figure).sum();
  }

  private static long most(List<Summary> summaries, ToLongFunction<Summary> figure) {
    return summaries.stream().mapToLong(figure).max().orElse(0);
  }
}
