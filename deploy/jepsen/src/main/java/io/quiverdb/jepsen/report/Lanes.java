package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.FaultSpan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Calls as bars, a lane for each process, faults behind them.
final class Lanes {
  private static final int DRAWN_MAX = 120;
  private static final int LETTERS_MAX = 34;
  private static final double LETTER_WIDTH = 6.7;
  private static final double FAULT_LINE_HEIGHT = 13;
  private static final int FAULT_LINES_MAX = 4;
  private static final double LANE_HEIGHT = 26;
  private static final double TICK_DISTANCE = 74;

  private final int callCount;
  private final RunSpan span;

  /// Names by process, in order of appearance.
  private final Map<Long, String> names = new LinkedHashMap<>();

  private final List<Bar> bars = new ArrayList<>();
  private final EventAxis axis;
  private final List<FaultSpan> faults;
  private final double top;
  private final double bottom;

  /// @param label what fits onto it
  private record Bar(Call call, int lane, String label, EventAxis.Range range) {}

  /// @param calls at least one, in order of invocation
  /// @param faults all of the run
  Lanes(List<Call> calls, List<FaultSpan> faults, RunSpan span) {
    this.callCount = calls.size();
    this.span = span;
    var drawn = calls.subList(Math.max(0, callCount - DRAWN_MAX), callCount);
    drawn.forEach(call -> names.putIfAbsent(call.invoke().process(), name(call)));
    var lanes = List.copyOf(names.keySet());
    boolean isOfOneKey = drawn.stream().map(Call::key).distinct().count() == 1;
    for (var call : drawn) {
      var text = new CallText(call).label();
      var label = shorten(isOfOneKey ? text : call.key() + ": " + text);
      var range =
          new EventAxis.Range(
              call.invokedAt(), endPlace(call, drawn), label.length() * LETTER_WIDTH + 12);
      bars.add(new Bar(call, lanes.indexOf(call.invoke().process()), label, range));
    }
    this.axis = EventAxis.of(nanosByPlace(), bars.stream().map(Bar::range).toList(), left());
    this.faults = faults.stream().filter(this::overlaps).toList();
    this.top = 4 + Math.min(this.faults.size(), FAULT_LINES_MAX) * FAULT_LINE_HEIGHT;
    this.bottom = top + names.size() * LANE_HEIGHT;
  }

  private boolean overlaps(FaultSpan fault) {
    return fault.start().timeNanos() <= axis.endNanos() && endNanos(fault) >= axis.beginNanos();
  }

  private static long endNanos(FaultSpan fault) {
    return fault.end().map(Event::timeNanos).orElse(Long.MAX_VALUE);
  }

  private double left() {
    return names.values().stream().mapToInt(String::length).max().orElse(0) * LETTER_WIDTH + 16;
  }

  private static String name(Call call) {
    var node = call.invoke().node();
    return "process " + call.invoke().process() + (node.isEmpty() ? "" : " · " + node);
  }

  private static String shorten(String label) {
    return label.codePointCount(0, label.length()) <= LETTERS_MAX
        ? label
        : label.substring(0, label.offsetByCodePoints(0, LETTERS_MAX - 1)) + "…";
  }

  /// Where the bar ends: of a call without an end, where its process asks again, if it does.
  private static int endPlace(Call call, List<Call> calls) {
    if (!call.isOpen()) {
      return call.completedAt();
    }
    return calls.stream()
        .filter(other -> other.invoke().process() == call.invoke().process())
        .mapToInt(Call::invokedAt)
        .filter(place -> place > call.invokedAt())
        .min()
        .orElse(Call.NEVER);
  }

  private Map<Integer, Long> nanosByPlace() {
    var nanos = new LinkedHashMap<Integer, Long>();
    for (var bar : bars) {
      nanos.put(bar.call.invokedAt(), bar.call.invoke().timeNanos());
      if (!bar.call.isOpen()) {
        bar.call
            .completion()
            .map(Event::timeNanos)
            .ifPresent(n -> nanos.put(bar.call.completedAt(), n));
      }
    }
    return nanos;
  }

  void write(Markup page, FaultColors colors) {
    Plot.openDrawing(
        page,
        "lanes",
        width(),
        bottom + 26,
        "The calls of this violation, a lane for each process");
    for (int fault = 0; fault < faults.size(); fault++) {
      double labelY = (fault % FAULT_LINES_MAX + 1) * FAULT_LINE_HEIGHT - 2;
      writeFault(page, faults.get(fault), colors, labelY);
    }
    writeTicks(page);
    int lane = 0;
    for (var name : names.values()) {
      page.element("text", name, "class", "label", "x", 0.0, "y", top + lane++ * LANE_HEIGHT + 17);
    }
    bars.forEach(bar -> writeBar(page, bar));
    Plot.closeDrawing(page);
    page.element(
        "p",
        "Events stand in their order; long times between them are shortened. Filled: writes."
            + " Hollow: reads. Dashed, up to the right: nobody knows when it took place, if it did."
            + (callCount == bars.size()
                ? ""
                : " Drawn are the last "
                    + bars.size()
                    + " of "
                    + Figure.count(callCount)
                    + " calls."),
        "class",
        "note");
  }

  /// So that no word is cut off at the right.
  private double width() {
    double width = axis.right() + 40;
    for (var fault : faults) {
      width =
          Math.max(
              width, axis.at(fault.start().timeNanos()) + label(fault).length() * LETTER_WIDTH + 8);
    }
    return width;
  }

  private static String label(FaultSpan fault) {
    return fault.fault().kind() + " " + String.join(", ", fault.fault().nodes());
  }

  private void writeFault(Markup page, FaultSpan fault, FaultColors colors, double labelY) {
    var kind = fault.fault().kind();
    var label = label(fault);
    double x = axis.at(fault.start().timeNanos());
    double width = Math.max(axis.at(endNanos(fault)) - x, 2);
    page.open("g");
    page.element("title", (label + " " + fault.fault().value()).strip());
    page.empty(
        "rect",
        "class",
        "stripe " + colors.of(kind),
        "x",
        x,
        "y",
        0.0,
        "width",
        width,
        "height",
        bottom);
    page.element("text", label, "class", "label", "x", x + 4, "y", labelY);
    page.close();
  }

  private void writeTicks(Markup page) {
    double labelled = -TICK_DISTANCE;
    for (var stop : axis.stops()) {
      page.empty("line", "class", "grid", "x1", stop.x(), "x2", stop.x(), "y1", top, "y2", bottom);
      if (stop.x() - labelled >= TICK_DISTANCE) {
        page.element(
            "text",
            Figure.seconds(span.secondsAt(stop.nanos())),
            "class",
            "label",
            "x",
            stop.x(),
            "y",
            bottom + 16,
            "text-anchor",
            "middle");
        labelled = stop.x();
      }
    }
  }

  private void writeBar(Markup page, Bar bar) {
    double x = axis.x(bar.range.beginPlace());
    double y = top + bar.lane * LANE_HEIGHT;
    var asked = CallText.isWrite(bar.call.operation()) ? "write" : "read";
    page.open("g");
    page.element("title", bar.call.toString());
    page.empty(
        "rect",
        "class",
        "call " + asked + " " + Fate.of(bar.call).word(),
        "x",
        x,
        "y",
        y + 3,
        "width",
        axis.x(bar.range.endPlace()) - x,
        "height",
        LANE_HEIGHT - 6,
        "rx",
        3.0);
    page.element("text", bar.label, "class", "on-call", "x", x + 5, "y", y + 17);
    page.close();
  }
}
