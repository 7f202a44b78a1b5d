package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// How long operations took, as dots over the time they were asked, and median, 99th percentile and
/// maximum of the answered ones.
final class LatencyChart {
  private static final double HEIGHT = 260;
  private static final double TOP = 8;
  private static final int DOTS_PER_FATE_MAX = 1_500;

  /// Powers of ten of nanoseconds: 100 µs to 1 s at least.
  private static final int EXPONENT_MIN = 5;

  private static final int EXPONENT_MAX = 9;

  private final List<Call> ended;
  private final int inFlightCount;
  private final History history;
  private final RunSpan span;
  private final FaultColors colors;
  private final int exponentMin;
  private final int exponentMax;

  LatencyChart(History history, RunSpan span, FaultColors colors) {
    this.ended = history.calls().stream().filter(call -> call.completion().isPresent()).toList();
    this.inFlightCount = history.calls().size() - ended.size();
    this.history = history;
    this.span = span;
    this.colors = colors;
    var exponents = ended.stream().mapToDouble(call -> exponent(nanos(call))).summaryStatistics();
    this.exponentMin =
        (int)
            Math.floor(ended.isEmpty() ? EXPONENT_MIN : Math.min(EXPONENT_MIN, exponents.getMin()));
    this.exponentMax =
        (int)
            Math.ceil(ended.isEmpty() ? EXPONENT_MAX : Math.max(EXPONENT_MAX, exponents.getMax()));
  }

  private static long nanos(Call call) {
    return call.completion().orElseThrow().timeNanos() - call.invoke().timeNanos();
  }

  private static double exponent(long nanos) {
    return Math.log10((double) Math.max(nanos, 1_000));
  }

  void write(Markup page) {
    var plot = new Plot(page, span, HEIGHT);
    var quantiles = Quantiles.perSecond(ended, span);
    plot.open("Latency of each operation over the time of the run");
    plot.writeStripes(history.faults(), colors, TOP, HEIGHT);
    for (int exponent = exponentMin; exponent <= exponentMax; exponent++) {
      plot.writeLevel(y(exponent), power(exponent));
    }
    var thinned = new ArrayList<String>();
    for (var fate : Fate.values()) {
      writeDots(page, plot, fate, thinned);
    }
    writeLine(page, plot, quantiles, "max", Quantiles::maxNanos);
    writeLine(page, plot, quantiles, "p99", Quantiles::p99Nanos);
    writeLine(page, plot, quantiles, "p50", Quantiles::p50Nanos);
    plot.close();
    writeNotes(page, thinned);
  }

  private void writeNotes(Markup page, List<String> thinned) {
    page.open("ul", "class", "legend");
    for (var fate : Fate.values()) {
      page.open("li");
      page.element("span", "", "class", "swatch dot " + fate.word());
      page.text(fate.word());
      page.close();
    }
    for (var line : List.of("p50", "p99", "max")) {
      page.open("li");
      page.element("span", "", "class", "swatch stroke " + line);
      page.text(line);
      page.close();
    }
    page.close();
    page.element(
        "p",
        "A dot stands where the operation was asked. The lines are of the answered ones, all of"
            + " them, in each "
            + Markup.tenths(Quantiles.widthSeconds(span))
            + " s."
            + (thinned.isEmpty()
                ? ""
                : " To be readable, of " + String.join(", of ", thinned) + ".")
            + (inFlightCount == 0
                ? ""
                : " Not drawn: "
                    + Figure.count(inFlightCount)
                    + " that were in flight at the end."),
        "class",
        "note");
  }

  private void writeDots(Markup page, Plot plot, Fate fate, List<String> thinned) {
    var calls = ended.stream().filter(call -> Fate.of(call) == fate).toList();
    int step = Math.ceilDiv(calls.size(), DOTS_PER_FATE_MAX);
    var path = new StringBuilder();
    for (int call = 0; call < calls.size(); call += step) {
      path.append('M')
          .append(Markup.tenths(plot.x(calls.get(call).invoke().timeNanos())))
          .append(' ')
          .append(Markup.tenths(y(exponent(nanos(calls.get(call))))))
          .append("h0");
    }
    page.empty("path", "class", "dots " + fate.word(), "d", path);
    if (step > 1) {
      thinned.add(
          Figure.count(calls.size())
              + " "
              + fate.word()
              + " one in "
              + Figure.count(step)
              + " is drawn");
    }
  }

  private void writeLine(
      Markup page,
      Plot plot,
      List<Quantiles> quantiles,
      String name,
      ToLongFunction<Quantiles> nanos) {
    var path = new StringBuilder();
    int last = -2;
    for (var each : quantiles) {
      path.append(each.part() == last + 1 ? 'L' : 'M')
          .append(Markup.tenths(plot.xAt(each.middleSeconds(span))))
          .append(' ')
          .append(Markup.tenths(y(exponent(nanos.applyAsLong(each)))));
      // A part alone is a dot.
      path.append(each.part() == last + 1 ? "" : "h0.1");
      last = each.part();
    }
    page.empty("path", "class", "line " + name, "d", path);
  }

  private double y(double exponent) {
    return TOP + (HEIGHT - TOP) * (exponentMax - exponent) / (exponentMax - exponentMin);
  }

  private static String power(int exponent) {
    return switch (Math.floorDiv(exponent, 3)) {
      case 1 -> tens(exponent - 3) + " µs";
      case 2 -> tens(exponent - 6) + " ms";
      default -> tens(exponent - 9) + " s";
    };
  }

  private static String tens(int exponent) {
    return "1" + "0".repeat(exponent);
  }
}
