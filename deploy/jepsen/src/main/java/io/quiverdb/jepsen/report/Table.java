package io.quiverdb.jepsen.report;

/// A table in the making, row by row.
final class Table {
  private final Markup page;

  private Table(Markup page) {
    this.page = page;
  }

  /// @param isNumber whether its cells stand at the right
  record Column(String name, boolean isNumber) {}

  static Column words(String name) {
    return new Column(name, false);
  }

  static Column numbers(String name) {
    return new Column(name, true);
  }

  static Table open(Markup page, Column... columns) {
    var table = new Table(page);
    table.writeHead(columns);
    return table;
  }

  /// Wider than a phone, it can be moved to and fro there.
  private void writeHead(Column... columns) {
    page.open("div", "class", "scroll", "tabindex", "0");
    page.open("table");
    page.open("thead");
    page.open("tr");
    for (var column : columns) {
      page.element("th", column.name, "scope", "col", "class", column.isNumber ? "number" : "");
    }
    page.close();
    page.close();
    page.open("tbody");
  }

  /// @param style a class of the style sheet; may be empty
  void openRow(String style) {
    page.open("tr", "class", style);
  }

  void closeRow() {
    page.close();
  }

  void cell(String text) {
    page.element("td", text);
  }

  void number(String text) {
    page.element("td", text, "class", "number");
  }

  void number(long number) {
    number(Figure.count(number));
  }

  /// @param style classes of the style sheet
  void badge(String text, String style) {
    page.open("td");
    page.element("span", text, "class", style);
    page.close();
  }

  /// @param columns that it goes over
  void wide(String text, int columns) {
    page.element("td", text, "colspan", columns);
  }

  void link(String text, String target) {
    page.open("td");
    page.element("a", text, "href", target);
    page.close();
  }

  /// What follows are sums.
  void foot() {
    page.close();
    page.open("tfoot");
  }

  void close() {
    page.close();
    page.close();
    page.close();
  }
}
