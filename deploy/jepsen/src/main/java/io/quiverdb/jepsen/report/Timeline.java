package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.FaultSpan;
import io.quiverdb.jepsen.history.History;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A whole run at a glance: a row for each node with the faults done to it, and below how many
/// operations ended how.
final class Timeline {
  private static final double ROW_HEIGHT = 20;
  private static final double ROW_GAP = 6;
  private static final double RATES_HEIGHT = 160;
  private static final double LETTER_WIDTH = 6.7;

  /// Of faults that are done to no node in particular.
  private static final String WHOLE = "cluster";

  private final History history;
  private final RunSpan span;
  private final FaultColors colors;

  Timeline(History history, RunSpan span, FaultColors colors) {
    this.history = history;
    this.span = span;
    this.colors = colors;
  }

  /// A node's faults, those at the same time one below the other.
  private record Row(String node, List<List<FaultSpan>> lines) {
    double height() {
      return Math.max(lines.size(), 1) * ROW_HEIGHT + ROW_GAP;
    }
  }

  void write(Markup page) {
    var rows = rows();
    double rowsHeight = rows.stream().mapToDouble(Row::height).sum();
    double height = rowsHeight + ROW_GAP + RATES_HEIGHT;
    var rates = new Rates(history, span);
    colors.writeLegend(page);
    var plot = new Plot(page, span, height);
    plot.open("Faults on each node, and the rate of operations, over the time of the run");
    plot.writeStripes(history.faults(), colors, rowsHeight + ROW_GAP, height);
    double top = 0;
    for (var row : rows) {
      writeRow(page, plot, row, top);
      top += row.height();
    }
    rates.write(page, plot, rowsHeight + 2 * ROW_GAP, height);
    plot.close();
    page.element(
        "p",
        "Below: operations that ended, in each "
            + Markup.tenths(rates.bucketSeconds())
            + " s; what was in flight at the end stands where it began.",
        "class",
        "note");
  }

  private List<Row> rows() {
    var nodes = new TreeSet<String>();
    history.calls().forEach(call -> nodes.add(call.invoke().node()));
    history.faults().forEach(fault -> nodes.addAll(fault.fault().nodes()));
    nodes.remove("");
    var rows = new ArrayList<Row>();
    for (var node : nodes) {
      rows.add(row(node, history.faults().stream().filter(f -> f.fault().nodes().contains(node))));
    }
    var whole = history.faults().stream().filter(f -> f.fault().nodes().isEmpty()).toList();
    if (!whole.isEmpty()) {
      rows.add(row(WHOLE, whole.stream()));
    }
    return rows;
  }

  private static Row row(String node, Stream<FaultSpan> faults) {
    var lines = new ArrayList<List<FaultSpan>>();
    faults.forEach(
        fault ->
            lines.stream()
                .filter(line -> isOver(line.getLast(), fault))
                .findFirst()
                .orElseGet(
                    () -> {
                      lines.add(new ArrayList<>());
                      return lines.getLast();
                    })
                .add(fault));
    return new Row(node, lines);
  }

  private static boolean isOver(FaultSpan one, FaultSpan other) {
    return one.end().filter(end -> end.timeNanos() <= other.start().timeNanos()).isPresent();
  }

  private void writeRow(Markup page, Plot plot, Row row, double top) {
    plot.writeLevel(top + row.height() - ROW_GAP / 2, "");
    page.element(
        "text",
        row.node,
        "class",
        "label",
        "x",
        Plot.LEFT - 6,
        "y",
        top + row.height() / 2 + 4,
        "text-anchor",
        "end");
    for (int line = 0; line < row.lines.size(); line++) {
      for (var fault : row.lines.get(line)) {
        writeBand(page, plot, fault, top + line * ROW_HEIGHT);
      }
    }
  }

  private void writeBand(Markup page, Plot plot, FaultSpan fault, double top) {
    var kind = fault.fault().kind();
    double begin = plot.begin(fault);
    double width = Math.max(plot.end(fault) - begin, 2);
    page.open("g");
    page.element("title", describe(fault));
    page.empty(
        "rect",
        "class",
        "band " + colors.of(kind),
        "x",
        begin,
        "y",
        top + 2,
        "width",
        width,
        "height",
        ROW_HEIGHT - 3,
        "rx",
        2.0);
    if (width > kind.length() * LETTER_WIDTH + 8) {
      page.element("text", kind, "class", "on-band", "x", begin + 4, "y", top + ROW_HEIGHT - 5);
    }
    page.close();
  }

  private String describe(FaultSpan fault) {
    var begin = Figure.seconds(span.secondsAt(fault.start().timeNanos()));
    var end = fault.end().map(last -> Figure.seconds(span.secondsAt(last.timeNanos())));
    var nodes = String.join(", ", fault.fault().nodes());
    return (fault.fault().kind() + " " + nodes + " " + fault.fault().value()).strip()
        + ", %s to %s".formatted(begin, end.orElse("the end"));
  }
}
