package io.quiverdb.cli.terminal;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows under headings, columns aligned: numbers to the right, all else to the left.
public final class Table {
  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();
  private final boolean[] rightAligned;

  private Table(List<String> headings) {
    this.headings = headings;
    this.rightAligned = new boolean[headings.size()];
  }

  /// A column is of numbers where its heading starts with ">", which is not printed.
  public static Table of(String... headings) {
    var table = new Table(Arrays.stream(headings).map(Table::withoutMark).toList());
    for (int column = 0; column < headings.length; column++) {
      table.rightAligned[column] = headings[column].startsWith(">");
    }
    return table;
  }

  /// Adds a row; cells are users' data and made safe here.
  ///
  /// @throws IllegalArgumentException if there are more or fewer cells than headings
  public Table row(Object... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          "cells: " + cells.length + " (expected: " + headings.size() + ")");
    }
    rows.add(Arrays.stream(cells).map(cell -> DisplayText.safe(String.valueOf(cell))).toList());
    return this;
  }

  public void print(PrintWriter out) {
    int[] widths = widths();
    print(out, headings, widths);
    rows.forEach(row -> print(out, row, widths));
  }

  private int[] widths() {
    var widths = headings.stream().mapToInt(DisplayText::columns).toArray();
    for (var row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], DisplayText.columns(row.get(column)));
      }
    }
    return widths;
  }

  private void print(PrintWriter out, List<String> cells, int[] widths) {
    var line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      var cell = cells.get(column);
      var padding = " ".repeat(widths[column] - DisplayText.columns(cell));
      line.append(column == 0 ? "" : GAP)
          .append(rightAligned[column] ? padding + cell : cell + padding);
    }
    out.println(line.toString().stripTrailing());
  }

  private static String withoutMark(String heading) {
    return heading.startsWith(">") ? heading.substring(1) : heading;
  }
}
