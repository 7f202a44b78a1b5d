package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.checker.Verdict;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The frame of every page.
final class Page {
  /// Even if something slipped through the escaping, a browser would neither run nor load it.
  private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";

  private final Markup markup = new Markup();

  /// @param style classes of the style sheet
  Page(String title, String style) {
    markup.open("html", "lang", "en");
    markup.open("head");
    markup.empty("meta", "charset", "utf-8");
    markup.empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
    markup.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    markup.element("title", title);
    markup.style(styleSheet());
    markup.close();
    markup.open("body");
    markup.open("main", "class", style);
  }

  /// What stands in it is written here.
  Markup markup() {
    return markup;
  }

  /// The whole page.
  String end() {
    markup.close();
    markup.close();
    markup.close();
    return markup.toString();
  }

  private static String styleSheet() {
    try (var css = Objects.requireNonNull(Page.class.getResourceAsStream("page.css"))) {
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String badge(Outcome outcome) {
    return switch (outcome) {
      case VALID -> "badge good";
      case VIOLATION -> "badge bad";
      case UNKNOWN, INCONCLUSIVE -> "badge unclear";
    };
  }

  static String badge(Verdict verdict) {
    return switch (verdict) {
      case VALID -> "badge good";
      case INVALID -> "badge bad";
      case UNKNOWN -> "badge unclear";
    };
  }
}
