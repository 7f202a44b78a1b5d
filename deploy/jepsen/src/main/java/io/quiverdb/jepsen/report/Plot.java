package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.FaultSpan;
import java.util.List;

/// The frame of a drawing over the time of a run: seconds from left to right, the same in all
/// drawings of a page.
final class Plot {
  static final double LEFT = 76;
  static final double RIGHT = 984;
  private static final double WIDTH = 1000;
  private static final double SHRINK_MAX = 0.72;
  private static final double AXIS_HEIGHT = 24;
  private static final int TICKS_MAX = 15;

  private final Markup page;
  private final RunSpan span;
  private final double height;

  /// @param height of the drawing without the axis
  Plot(Markup page, RunSpan span, double height) {
    this.page = page;
    this.span = span;
    this.height = height;
  }

  /// @param label for those who cannot see it
  void open(String label) {
    openDrawing(page, "plot", WIDTH, height + AXIS_HEIGHT, label);
    writeAxis();
  }

  void close() {
    closeDrawing(page);
  }

  /// Wider than a phone, it can be moved to and fro there.
  ///
  /// @param style a class of the style sheet
  static void openDrawing(Markup page, String style, double width, double height, String label) {
    page.open("div", "class", "scroll", "tabindex", "0");
    page.open(
        "svg",
        "class",
        style,
        "viewBox",
        "0 0 " + Markup.tenths(width) + " " + Markup.tenths(height),
        "width",
        width,
        "height",
        height,
        "style",
        "min-width:" + Markup.tenths(SHRINK_MAX * width) + "px",
        "role",
        "img",
        "aria-label",
        label);
  }

  static void closeDrawing(Markup page) {
    page.close();
    page.close();
  }

  double x(long nanos) {
    return xAt(span.secondsAt(nanos));
  }

  double xAt(double seconds) {
    double total = Math.max(span.seconds(), 1e-3);
    return LEFT + (RIGHT - LEFT) * Math.clamp(seconds / total, 0, 1);
  }

  double begin(FaultSpan fault) {
    return x(fault.start().timeNanos());
  }

  double end(FaultSpan fault) {
    return fault.end().map(Event::timeNanos).map(this::x).orElse(RIGHT);
  }

  /// The faults as stripes behind what is drawn next.
  void writeStripes(List<FaultSpan> faults, FaultColors colors, double top, double bottom) {
    for (var fault : faults) {
      page.empty(
          "rect",
          "class",
          "stripe " + colors.of(fault.fault().kind()),
          "x",
          begin(fault),
          "y",
          top,
          "width",
          Math.max(end(fault) - begin(fault), 1),
          "height",
          bottom - top);
    }
  }

  /// A line across, with its meaning at the left.
  void writeLevel(double y, String label) {
    page.empty("line", "class", "grid", "x1", LEFT, "x2", RIGHT, "y1", y, "y2", y);
    page.element("text", label, "class", "label", "x", LEFT - 6, "y", y + 4, "text-anchor", "end");
  }

  private void writeAxis() {
    page.empty("line", "class", "axis", "x1", LEFT, "x2", RIGHT, "y1", height, "y2", height);
    double step = step(span.seconds());
    for (int tick = 0; tick * step <= span.seconds(); tick++) {
      double x = xAt(tick * step);
      page.empty("line", "class", "axis", "x1", x, "x2", x, "y1", height, "y2", height + 4);
      page.element(
          "text",
          Markup.tenths(tick * step) + " s",
          "class",
          "label",
          "x",
          x,
          "y",
          height + 17,
          "text-anchor",
          "middle");
    }
  }

  /// 1, 2 or 5, times a power of ten.
  private static double step(double seconds) {
    double step = 0.1;
    double[] factors = {2, 2.5, 2};
    for (int turn = 0; seconds / step > TICKS_MAX; turn++) {
      step *= factors[turn % factors.length];
    }
    return step;
  }
}
