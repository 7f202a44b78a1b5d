package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.FaultSpan;
import io.quiverdb.jepsen.history.History;

/// Every fault of a run, and for how long nothing could be written meanwhile.
final class FaultTable {
  private final History history;
  private final RunSpan span;
  private final WriteGaps gaps;

  FaultTable(History history, RunSpan span) {
    this.history = history;
    this.span = span;
    this.gaps = WriteGaps.of(history);
  }

  void write(Markup page) {
    var table =
        Table.open(
            page,
            Table.numbers(""),
            Table.words("kind"),
            Table.words("nodes"),
            Table.words("detail"),
            Table.numbers("begin"),
            Table.numbers("length"),
            Table.numbers("longest write gap"),
            Table.words("failed"));
    for (var fault : history.faults()) {
      writeRow(table, fault);
    }
    table.close();
    page.element(
        "p",
        "Write gap: a time in which clients of any workload asked for writes and none was"
            + " acknowledged; here the longest of those that overlap the fault, so that it may have"
            + " begun before or gone on after. Longest of the whole run: "
            + Figure.millis(gaps.longest())
            + ".",
        "class",
        "note");
  }

  private void writeRow(Table table, FaultSpan fault) {
    var error = fault.end().map(end -> end.error()).orElse("");
    long beginNanos = fault.start().timeNanos();
    table.openRow(error.isEmpty() ? "" : "failed");
    table.number(fault.fault().id());
    table.cell(fault.fault().kind());
    table.cell(String.join(", ", fault.fault().nodes()));
    table.cell(fault.fault().value());
    table.number(Figure.seconds(span.secondsAt(beginNanos)));
    table.number(
        fault
            .end()
            .map(end -> Figure.seconds(RunSpan.seconds(end.timeNanos() - beginNanos)))
            .orElse("not ended"));
    table.number(gaps.longestDuring(fault).map(Figure::millis).orElse(""));
    table.cell(error);
    table.closeRow();
  }
}
