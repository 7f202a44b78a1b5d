package io.quiverdb.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Curves as a drawing (SVG): recall from left to right, queries by second from below to above, the
/// latter by its logarithm. Up and right is better.
///
/// Contestants differ in colour, dashes and marks, so that none of them is needed alone. Colours
/// follow what the reader's system prefers, light or dark.
final class CurveChart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 460;
  private static final int LEFT = 72;
  private static final int RIGHT = 24;
  private static final int TOP = 84;
  private static final int BOTTOM = 56;
  private static final int LEGEND = 48;
  private static final int MARK = 4;
  private static final int CONTESTANTS_MAX = 3;

  /// Of a recall axis, in hundredths.
  private static final List<Integer> RECALL_STEPS = List.of(1, 2, 5, 10, 20);

  private static final int TICKS_MAX = 8;
  private static final List<Integer> RATE_DIGITS = List.of(1, 2, 5);

  private static final String STYLE =
      """
        <style>
          text { font: 13px system-ui, sans-serif; fill: #24292f; }
          .title { font-size: 15px; font-weight: 600; }
          .paper { fill: #ffffff; }
          .grid { stroke: #d0d7de; stroke-width: 1; }
          .line { fill: none; stroke-width: 2; }
          .a { stroke: #0550ae; } .b { stroke: #bc4c00; } .c { stroke: #1a7f37; }
          .mark { fill: #ffffff; stroke-width: 2; }
          @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3; }
            .paper, .mark { fill: #0d1117; }
            .grid { stroke: #30363d; }
            .a { stroke: #79c0ff; } .b { stroke: #ffa657; } .c { stroke: #7ee787; }
          }
        </style>
      """;

  private static final List<String> COLOURS = List.of("a", "b", "c");
  private static final List<String> DASHES = List.of("none", "8 4", "2 4");

  private final String title;
  private final List<Curve> curves;
  private final double recallMin;
  private final double rateMin;
  private final double rateMax;
  private final StringBuilder svg = new StringBuilder();

  private CurveChart(String title, List<Curve> curves) {
    this.title = title;
    this.curves = curves;
    var points = curves.stream().flatMap(curve -> curve.points().stream()).toList();
    double recall = points.stream().mapToDouble(Curve.Point::recall).min().orElseThrow();
    this.recallMin = Math.min(Math.floor(recall * 100) / 100, 0.99);
    double least = points.stream().mapToDouble(Curve.Point::perSecond).min().orElseThrow();
    double most = points.stream().mapToDouble(Curve.Point::perSecond).max().orElseThrow();
    this.rateMin = least / 1.1;
    this.rateMax = most * 1.1;
  }

  /// @param curves one to three, with a point each at least
  /// @throws IllegalArgumentException if there are others
  static String svg(Curves curves) {
    int count = curves.byContestant().size();
    if (count < 1 || count > CONTESTANTS_MAX) {
      throw new IllegalArgumentException(
          "curves: " + count + " (expected: 1 to " + CONTESTANTS_MAX + ")");
    }
    return new CurveChart(curves.title(), curves.byContestant()).draw();
  }

  private String draw() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">"
            .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT));
    add("  <title>" + escaped(title) + "</title>");
    svg.append(STYLE);
    add("  <rect class=\"paper\" width=\"%d\" height=\"%d\"/>".formatted(WIDTH, HEIGHT));
    text("title", LEFT, 26, "start", title);
    drawRecallAxis();
    drawRateAxis();
    for (int index = 0; index < curves.size(); index++) {
      drawLegend(index);
      drawCurve(index);
    }
    add("</svg>");
    return svg.toString();
  }

  private void drawRecallAxis() {
    int first = (int) Math.round(recallMin * 100);
    int step =
        RECALL_STEPS.stream()
            .filter(hundredths -> (100 - first) / hundredths <= TICKS_MAX)
            .findFirst()
            .orElseThrow();
    for (int hundredths = 100; hundredths >= first; hundredths -= step) {
      double recall = hundredths / 100.0;
      gridLine(x(recall), TOP, x(recall), HEIGHT - BOTTOM);
      text(
          "",
          x(recall),
          HEIGHT - BOTTOM + 20,
          "middle",
          String.format(Locale.ROOT, "%.2f", recall));
    }
    text("", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "recall@10");
  }

  private void drawRateAxis() {
    for (double decade = Math.pow(10, Math.floor(Math.log10(rateMin)));
        decade <= rateMax;
        decade *= 10) {
      for (int digit : RATE_DIGITS) {
        double rate = digit * decade;
        if (rate >= rateMin && rate <= rateMax) {
          gridLine(LEFT, y(rate), WIDTH - RIGHT, y(rate));
          text("", LEFT - 8, y(rate) + 4, "end", String.format(Locale.ROOT, "%,.0f", rate));
        }
      }
    }
    text("", LEFT, TOP - 12, "start", "queries by second of processor time");
  }

  private void drawLegend(int index) {
    double x = LEFT + index * (WIDTH - LEFT - RIGHT) / (double) CONTESTANTS_MAX;
    add(
        "  <path class=\"line %s\" stroke-dasharray=\"%s\" d=\"M%s %d h28\"/>"
            .formatted(COLOURS.get(index), DASHES.get(index), place(x), LEGEND));
    mark(index, x + 14, LEGEND);
    text("", x + 36, LEGEND + 4, "start", curves.get(index).name());
  }

  private void drawCurve(int index) {
    var points = curves.get(index).points();
    add(
        "  <polyline class=\"line %s\" stroke-dasharray=\"%s\" points=\"%s\"/>"
            .formatted(
                COLOURS.get(index),
                DASHES.get(index),
                points.stream()
                    .map(point -> place(x(point.recall())) + "," + place(y(point.perSecond())))
                    .collect(Collectors.joining(" "))));
    for (var point : points) {
      mark(index, x(point.recall()), y(point.perSecond()));
    }
  }

  /// A circle, a square or a diamond.
  private void mark(int index, double x, double y) {
    String colour = COLOURS.get(index);
    switch (index) {
      case 0 ->
          add(
              "  <circle class=\"mark %s\" cx=\"%s\" cy=\"%s\" r=\"%d\"/>"
                  .formatted(colour, place(x), place(y), MARK));
      case 1 ->
          add(
              "  <rect class=\"mark %s\" x=\"%s\" y=\"%s\" width=\"%d\" height=\"%d\"/>"
                  .formatted(colour, place(x - MARK), place(y - MARK), 2 * MARK, 2 * MARK));
      default ->
          add(
              "  <path class=\"mark %s\" d=\"M%s %s l%d %d l%d %d l%d %d z\"/>"
                  .formatted(
                      colour, place(x), place(y - MARK), MARK, MARK, -MARK, MARK, -MARK, -MARK));
    }
  }

  private double x(double recall) {
    return LEFT + (recall - recallMin) / (1 - recallMin) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double rate) {
    double share = Math.log(rate / rateMin) / Math.log(rateMax / rateMin);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  private void gridLine(double fromX, double fromY, double toX, double toY) {
    add(
        "  <line class=\"grid\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>"
            .formatted(place(fromX), place(fromY), place(toX), place(toY)));
  }

  private void text(String style, double x, double y, String anchor, String words) {
    add(
        "  <text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>"
            .formatted(style, place(x), place(y), anchor, escaped(words)));
  }

  private void add(String line) {
    svg.append(line).append('\n');
  }

  private static String place(double pixels) {
    return String.format(Locale.ROOT, "%.1f", pixels);
  }

  private static String escaped(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
