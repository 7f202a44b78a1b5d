package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.checker.Finding;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.run.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A run as one page that needs nothing else: no script, no network.
public final class Report {
  static final String FILE = "report.html";

  /// How the command of the harness is called from a checkout.
  private static final String COMMAND = "deploy/jepsen/run ";

  private final RunResult result;
  private final Summary summary;
  private final History history;
  private final RunSpan span;
  private final FaultColors colors;

  private Report(RunResult result) {
    this.result = result;
    this.summary = Summary.of(result);
    this.history = result.history();
    this.span = RunSpan.of(history);
    this.colors = FaultColors.of(history);
  }

  /// Writes `report.html`, and then `result.json`, into the folder of the run.
  public static void write(RunResult result, Path folder) throws IOException {
    var report = new Report(result);
    Files.writeString(folder.resolve(FILE), report.html());
    report.summary.write(folder);
  }

  /// The page as text.
  static String html(RunResult result) {
    return new Report(result).html();
  }

  private String html() {
    var page = new Page(summary.outcome() + " · " + title(), "");
    writeVerdict(page.markup());
    writeFindings(page.markup());
    writeViolations(page.markup());
    writeList(page.markup(), "Wrong after the run", result.complaints());
    writeList(page.markup(), "Skipped", result.skipped());
    writeList(page.markup(), "Too little", result.shortfalls());
    writeTimes(page.markup());
    return page.end();
  }

  private String title() {
    var nemeses = result.options().nemeses();
    return String.join(", ", result.options().workloads())
        + " under "
        + (nemeses.isEmpty() ? "no faults" : String.join(", ", nemeses));
  }

  private void writeVerdict(Markup page) {
    page.open("header");
    page.element("h1", title());
    page.open("p", "class", "verdict");
    page.element("span", summary.outcome().name(), "class", Page.badge(summary.outcome()));
    page.text(" " + reason());
    page.close();
    page.element("pre", COMMAND + summary.command(), "class", "command");
    page.open("dl", "class", "sizes");
    size(page, "operations", Figure.count(summary.operations()));
    size(page, "answered", Figure.count(summary.answered()));
    size(page, "failed", Figure.count(summary.failed()));
    size(page, "unknown", Figure.count(summary.unknown()));
    size(page, "faults", Figure.count(summary.faultCount()));
    size(page, "judged", Figure.count(summary.judgedCount()));
    size(page, "undecided", Figure.count(summary.undecidedCount()));
    size(page, "violations", Figure.count(summary.violationCount()));
    size(page, "longest write gap", Figure.millis(summary.longestGapMillis()));
    size(page, "recovery", Figure.millis(summary.recoveryMillis()));
    page.close();
    page.close();
  }

  private static void size(Markup page, String name, String value) {
    page.open("div");
    page.element("dt", name);
    page.element("dd", value);
    page.close();
  }

  private String reason() {
    return switch (summary.outcome()) {
      case VALID -> "All that was judged holds.";
      case VIOLATION ->
          "Violations of what is promised: "
              + Figure.count(summary.violationCount())
              + ". Other things that are wrong: "
              + Figure.count(summary.complaintCount())
              + ".";
      case UNKNOWN -> "Nothing that is wrong was found, but not everything could be judged.";
      case INCONCLUSIVE ->
          "Nothing that is wrong was found, but the run shows too little to say that all is well.";
    };
  }

  private void writeFindings(Markup page) {
    page.element("h2", "Findings");
    var table =
        Table.open(
            page,
            Table.words("workload"),
            Table.words("checker"),
            Table.words("verdict"),
            Table.numbers("judged"),
            Table.numbers("violations"),
            Table.numbers("undecided"));
    FindingsByWorkload.of(result)
        .byWorkload()
        .forEach((workload, findings) -> writeFindings(table, workload, findings));
    table.close();
    result.findings().stream()
        .filter(finding -> !finding.unknown().isEmpty())
        .forEach(
            finding ->
                page.element(
                    "p",
                    "Undecided by %s: %s"
                        .formatted(finding.checker(), String.join(", ", finding.unknown())),
                    "class",
                    "note"));
  }

  private static void writeFindings(Table table, String workload, List<Finding> findings) {
    for (var finding : findings) {
      table.openRow("");
      table.cell(workload);
      table.cell(finding.checker());
      table.badge(finding.verdict().name(), Page.badge(finding.verdict()));
      table.number(finding.judgedCount());
      table.number(finding.violations().size());
      table.number(finding.unknown().size());
      table.closeRow();
    }
  }

  private void writeViolations(Markup page) {
    var section = new ViolationSection(span, history.faults(), colors);
    int number = 0;
    for (var finding : result.findings()) {
      for (var violation : finding.violations()) {
        if (number == 0) {
          page.element("h2", "Violations");
          colors.writeLegend(page);
        }
        section.write(page, ++number, finding.checker(), violation);
      }
    }
  }

  private static void writeList(Markup page, String title, List<String> items) {
    if (items.isEmpty()) {
      return;
    }
    page.element("h2", title);
    page.open("ul", "class", "plain");
    items.forEach(item -> page.element("li", item));
    page.close();
  }

  private void writeTimes(Markup page) {
    page.element("h2", "Timeline");
    new Timeline(history, span, colors).write(page);
    page.element("h2", "Latency");
    new LatencyChart(history, span, colors).write(page);
    page.element("h2", "Faults");
    if (history.faults().isEmpty()) {
      page.element("p", "None.");
    } else {
      new FaultTable(history, span).write(page);
    }
  }
}
