package io.quiverdb.cli;

import static io.quiverdb.client.Filter.field;

import io.quiverdb.client.Filter;
import io.quiverdb.client.Filter.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads a condition as people write it:
///
/// ```
/// any       = all { "or" all }
/// all       = one { "and" one }
/// one       = "not" one | "(" any ")" | condition
/// condition = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
///           | field "in" "(" value { "," value } ")"
///           | field "between" value "and" value
///           | field "exists"
/// ```
///
/// Fields and values are words or stand in quotes, double or single, where a backslash takes what
/// follows as it is. A word that is a number, `true` or `false` is taken as one, any other as text,
/// and what is in quotes is text too. `a != b` is `not a = b`. The words of the grammar may be in
/// capitals.
final class FilterExpression {
  private static final int DEPTH_MAX = 32;
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,19}");
  private static final Pattern REAL = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");
  private static final Set<String> COMPARISONS = Set.of("=", "!=", "<", "<=", ">", ">=");
  private static final String OPERATORS = "=, !=, <, <=, >, >=, in, between or exists";

  private final List<Token> tokens;
  private int next;

  private FilterExpression(List<Token> tokens) {
    this.tokens = tokens;
  }

  /// @throws IllegalArgumentException naming the character where the text ceases to make sense
  static Filter parse(String text) {
    var expression = new FilterExpression(Tokens.of(text));
    var filter = expression.any(1);
    if (expression.peek().kind != Token.Kind.END) {
      throw expression.peek().expected("and, or, or the end; text of several words in quotes");
    }
    return filter;
  }

  private Filter any(int depth) {
    var filter = all(depth);
    while (takeWord("or")) {
      filter = filter.or(all(depth));
    }
    return filter;
  }

  private Filter all(int depth) {
    var filter = one(depth);
    while (takeWord("and")) {
      filter = filter.and(one(depth));
    }
    return filter;
  }

  private Filter one(int depth) {
    if (depth > DEPTH_MAX) {
      throw peek().expected("at most " + DEPTH_MAX + " levels");
    }
    if (takeWord("not")) {
      return one(depth + 1).not();
    }
    if (takeSymbol("(")) {
      var filter = any(depth + 1);
      requireSymbol(")");
      return filter;
    }
    return condition();
  }

  private Filter condition() {
    var name = take();
    if (!name.isText()) {
      throw name.expected("a field");
    }
    var field = field(name.text);
    if (takeWord("exists")) {
      return field.exists();
    }
    if (takeWord("in")) {
      return in(field);
    }
    if (takeWord("between")) {
      var from = value();
      if (!takeWord("and")) {
        throw peek().expected("and");
      }
      return compare(field, ">=", from).and(compare(field, "<=", value()));
    }
    var operator = take();
    if (operator.kind != Token.Kind.SYMBOL || !COMPARISONS.contains(operator.text)) {
      throw operator.expected(OPERATORS);
    }
    return compare(field, operator.text, value());
  }

  private Filter in(Field field) {
    requireSymbol("(");
    var choices = new ArrayList<Filter>();
    do {
      choices.add(compare(field, "=", value()));
    } while (takeSymbol(","));
    requireSymbol(")");
    return Filter.anyOf(choices);
  }

  private Token value() {
    var value = take();
    if (!value.isText()) {
      throw value.expected("a value");
    }
    return value;
  }

  private static Filter compare(Field field, String operator, Token value) {
    if (operator.equals("!=")) {
      return compare(field, "=", value).not();
    }
    boolean word = value.kind == Token.Kind.WORD;
    if (word && WHOLE.matcher(value.text).matches()) {
      try {
        return compare(field, operator, Long.parseLong(value.text));
      } catch (NumberFormatException _) {
        // Beyond 64 bits: a double, as below.
      }
    }
    if (word && REAL.matcher(value.text).matches()) {
      return compare(field, operator, Double.parseDouble(value.text));
    }
    if (word && (value.text.equals("true") || value.text.equals("false"))) {
      if (!operator.equals("=")) {
        throw value.expected("a number or text");
      }
      return field.eq(Boolean.parseBoolean(value.text));
    }
    return compare(field, operator, value.text);
  }

  private static Filter compare(Field field, String operator, long whole) {
    return switch (operator) {
      case "=" -> field.eq(whole);
      case "<" -> field.lt(whole);
      case "<=" -> field.lte(whole);
      case ">" -> field.gt(whole);
      default -> field.gte(whole);
    };
  }

  private static Filter compare(Field field, String operator, double real) {
    return switch (operator) {
      case "=" -> field.eq(real);
      case "<" -> field.lt(real);
      case "<=" -> field.lte(real);
      case ">" -> field.gt(real);
      default -> field.gte(real);
    };
  }

  private static Filter compare(Field field, String operator, String text) {
    return switch (operator) {
      case "=" -> field.eq(text);
      case "<" -> field.lt(text);
      case "<=" -> field.lte(text);
      case ">" -> field.gt(text);
      default -> field.gte(text);
    };
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    var token = tokens.get(next);
    if (token.kind != Token.Kind.END) {
      next++;
    }
    return token;
  }

  private boolean takeWord(String word) {
    var token = peek();
    boolean there =
        token.kind == Token.Kind.WORD && token.text.toLowerCase(Locale.ROOT).equals(word);
    if (there) {
      next++;
    }
    return there;
  }

  private boolean takeSymbol(String symbol) {
    var token = peek();
    boolean there = token.kind == Token.Kind.SYMBOL && token.text.equals(symbol);
    if (there) {
      next++;
    }
    return there;
  }

  private void requireSymbol(String symbol) {
    if (!takeSymbol(symbol)) {
      throw peek().expected(symbol);
    }
  }

  /// @param offset of its first character
  private record Token(Kind kind, String text, int offset) {
    enum Kind {
      WORD,
      QUOTED,
      SYMBOL,
      END
    }

    boolean isText() {
      return kind == Kind.WORD || kind == Kind.QUOTED;
    }

    IllegalArgumentException expected(String what) {
      return new IllegalArgumentException(
          "filter: %s at character %d (expected: %s)"
              .formatted(kind == Kind.END ? "the end" : text, offset + 1, what));
    }
  }

  /// Cuts text into tokens.
  private static final class Tokens {
    private static final String SYMBOLS = "()=!<>,";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Tokens(String text) {
      this.text = text;
    }

    static List<Token> of(String text) {
      var tokens = new Tokens(text);
      while (tokens.at < text.length()) {
        tokens.readOne();
      }
      tokens.tokens.add(new Token(Token.Kind.END, "", text.length()));
      return tokens.tokens;
    }

    private void readOne() {
      char first = text.charAt(at);
      if (Character.isWhitespace(first)) {
        at++;
      } else if (first == '"' || first == '\'') {
        readQuoted(first);
      } else if (SYMBOLS.indexOf(first) >= 0) {
        readSymbol(first);
      } else {
        readWord();
      }
    }

    private void readQuoted(char quote) {
      int start = at++;
      var content = new StringBuilder();
      while (at < text.length() && text.charAt(at) != quote) {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        content.append(text.charAt(at++));
      }
      if (at == text.length()) {
        throw new IllegalArgumentException(
            "filter: quote at character " + (start + 1) + " (expected: another that ends it)");
      }
      at++;
      tokens.add(new Token(Token.Kind.QUOTED, content.toString(), start));
    }

    private void readSymbol(char first) {
      boolean two =
          "!<>".indexOf(first) >= 0 && at + 1 < text.length() && text.charAt(at + 1) == '=';
      int end = at + (two ? 2 : 1);
      tokens.add(new Token(Token.Kind.SYMBOL, text.substring(at, end), at));
      at = end;
    }

    private void readWord() {
      int start = at;
      while (at < text.length() && isOfWord(text.charAt(at))) {
        at++;
      }
      tokens.add(new Token(Token.Kind.WORD, text.substring(start, at), start));
    }

    private static boolean isOfWord(char unit) {
      return !Character.isWhitespace(unit)
          && SYMBOLS.indexOf(unit) < 0
          && unit != '"'
          && unit != '\'';
    }
  }
}
