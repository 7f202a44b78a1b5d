package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.checker.Violation;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.FaultSpan;
import java.util.List;

/// What is wrong, and the calls that prove it, drawn and in a table.
final class ViolationSection {
  private static final int OPEN_MAX = 3;
  private static final int DRAWN_MAX = 20;
  private static final double NANOS_PER_MILLI = 1e6;

  private final RunSpan span;
  private final List<FaultSpan> faults;
  private final FaultColors colors;

  ViolationSection(RunSpan span, List<FaultSpan> faults, FaultColors colors) {
    this.span = span;
    this.faults = faults;
    this.colors = colors;
  }

  /// @param number of the violation in the page, from 1 on
  void write(Markup page, int number, String checker, Violation violation) {
    page.open("article", "class", "violation", "id", "violation-" + number);
    page.open("h3");
    page.text(number + ". " + violation.claim());
    page.close();
    page.open("p");
    page.text("on ");
    page.element("code", violation.subject());
    page.text(", found by " + checker);
    page.close();
    if (number <= DRAWN_MAX && !violation.calls().isEmpty()) {
      new Lanes(violation.calls(), faults, span).write(page, colors);
    }
    if (!violation.calls().isEmpty()) {
      writeTable(page, number, violation.calls());
    }
    page.close();
  }

  private void writeTable(Markup page, int number, List<Call> calls) {
    if (number <= OPEN_MAX) {
      page.open("details", "open", "open");
    } else {
      page.open("details");
    }
    page.element("summary", "Calls: " + Figure.count(calls.size()));
    var table =
        Table.open(
            page,
            Table.numbers("asked at"),
            Table.numbers("took"),
            Table.numbers("process"),
            Table.words("node"),
            Table.words("on"),
            Table.words("asked"),
            Table.words("told"),
            wordsIf("as of", calls.stream().anyMatch(call -> !call.witness().isNone())),
            wordsIf(
                "attempt at", calls.stream().anyMatch(call -> !call.invoke().request().isEmpty())));

    calls.forEach(call -> writeRow(table, call));
    table.close();
    page.close();
  }

  /// Without a name if there is nothing to stand below it.
  private static Table.Column wordsIf(String name, boolean isUsed) {
    return Table.words(isUsed ? name : "");
  }

  private void writeRow(Table table, Call call) {
    var text = new CallText(call);
    long beginNanos = call.invoke().timeNanos();
    var took =
        call.completion()
            .map(Event::timeNanos)
            .map(nanos -> Markup.tenths((nanos - beginNanos) / NANOS_PER_MILLI) + " ms");
    table.openRow(Fate.of(call).word());
    table.number(Figure.seconds(span.secondsAt(beginNanos)));
    table.number(took.orElse(""));
    table.number(String.valueOf(call.invoke().process()));
    table.cell(call.invoke().node());
    table.cell(text.place());
    table.cell(text.operation());
    table.cell(text.end());
    table.cell(text.witness());
    table.cell(call.invoke().request());
    table.closeRow();
  }
}
