package io.quiverdb.jepsen.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/// HTML in the making, SVG in it included. Tags and names of attributes are the program's own; all
/// text and every value may come from a log or a history, and is escaped here and nowhere else.
final class Markup {
  /// Whitespace after them can be seen.
  private static final Set<String> WITHIN_TEXT = Set.of("a", "code", "span");

  private final StringBuilder html = new StringBuilder("<!DOCTYPE html>\n");
  private final Deque<String> open = new ArrayDeque<>();

  /// @param attributes names and values by turns; numbers are cut to a tenth
  void open(String tag, Object... attributes) {
    begin(tag, attributes);
    html.append('>');
    open.push(tag);
  }

  /// Closes what was opened last.
  void close() {
    var tag = open.pop();
    html.append("</").append(tag).append('>');
    if (!WITHIN_TEXT.contains(tag)) {
      html.append('\n');
    }
  }

  /// An element without content.
  void empty(String tag, Object... attributes) {
    begin(tag, attributes);
    html.append("/>\n");
  }

  void element(String tag, String text, Object... attributes) {
    open(tag, attributes);
    text(text);
    close();
  }

  void text(String text) {
    escape(text);
  }

  /// A style sheet of the program's own.
  void style(String css) {
    html.append("<style>\n").append(css).append("</style>\n");
  }

  @Override
  public String toString() {
    assert open.isEmpty() : open;
    return html.toString();
  }

  private void begin(String tag, Object... attributes) {
    assert attributes.length % 2 == 0 : attributes.length;
    html.append('<').append(tag);
    for (int name = 0; name < attributes.length; name += 2) {
      html.append(' ').append(attributes[name]).append("=\"");
      escape(value(attributes[name + 1]));
      html.append('"');
    }
  }

  private static String value(Object value) {
    return value instanceof Double number ? tenths(number) : value.toString();
  }

  /// As SVG has it, whatever the language of the machine.
  static String tenths(double number) {
    double rounded = Math.rint(number * 10) / 10;
    return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
  }

  private void escape(String text) {
    text.codePoints().forEach(this::escape);
  }

  private void escape(int character) {
    switch (character) {
      case '<' -> html.append("&lt;");
      case '>' -> html.append("&gt;");
      case '&' -> html.append("&amp;");
      case '"' -> html.append("&quot;");
      case '\'' -> html.append("&#39;");
      case '\n', '\t' -> html.append((char) character);
      default -> {
        if (isTreacherous(character)) {
          html.append("\\u{").append(Integer.toHexString(character)).append('}');
        } else {
          html.appendCodePoint(character);
        }
      }
    }
  }

  /// What HTML or UTF-8 cannot hold, and what changes how the text around it is shown.
  private static boolean isTreacherous(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
