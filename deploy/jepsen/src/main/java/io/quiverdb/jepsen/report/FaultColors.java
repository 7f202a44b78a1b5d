package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.History;
import java.util.List;

/// A colour for each kind of fault, by its place in the history; with many kinds, some share one.
record FaultColors(List<String> kinds) {
  private static final int COLORS = 8;

  static FaultColors of(History history) {
    return new FaultColors(
        history.faults().stream().map(span -> span.fault().kind()).distinct().toList());
  }

  /// A class of the style sheet.
  String of(String kind) {
    return "kind-" + kinds.indexOf(kind) % COLORS;
  }

  void writeLegend(Markup page) {
    if (kinds.isEmpty()) {
      return;
    }
    page.open("ul", "class", "legend");
    for (var kind : kinds) {
      page.open("li");
      page.element("span", "", "class", "swatch " + of(kind));
      page.text(kind);
      page.close();
    }
    page.close();
  }
}
