package io.quiverdb.jepsen.history;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The fields of one JSON object that stands on a line. Whatever is asked of it and is not as it
/// should be is an `IllegalArgumentException` that names the field.
final class JsonLine {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /// What stands in a field.
  sealed interface Element {}

  /// Text, number or boolean as its text, or null.
  record Scalar(Optional<String> text) implements Element {}

  record Items(List<Element> items) implements Element {}

  /// Nothing of ours: not read.
  record Skipped() implements Element {}

  private final Map<String, Element> fields;

  private JsonLine(Map<String, Element> fields) {
    this.fields = fields;
  }

  static JsonLine parse(String line) throws IOException {
    var fields = new HashMap<String, Element>();
    try (var json = JSON.createParser(line)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        var name = json.currentName();
        json.nextToken();
        fields.put(name, element(json));
      }
      if (json.nextToken() != null) {
        throw new IllegalArgumentException("more than one JSON object");
      }
    }
    return new JsonLine(fields);
  }

  private static Element element(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> {
        json.skipChildren();
        yield new Skipped();
      }
      case START_ARRAY -> {
        var items = new ArrayList<Element>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          items.add(element(json));
        }
        yield new Items(items);
      }
      case VALUE_NULL -> new Scalar(Optional.empty());
      default -> new Scalar(Optional.of(json.getText()));
    };
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  Element get(String name) {
    var element = fields.get(name);
    if (element == null) {
      throw new IllegalArgumentException(name + ": missing");
    }
    return element;
  }

  String text(String name) {
    return text(name, get(name));
  }

  /// The text, or an empty one where the field is left out.
  String textOrEmpty(String name) {
    return has(name) ? text(name) : "";
  }

  long integer(String name) {
    return integer(name, get(name));
  }

  List<Element> items(String name) {
    return items(name, get(name));
  }

  /// The items, or none where the field is left out.
  List<Element> itemsOrNone(String name) {
    return has(name) ? items(name) : List.of();
  }

  static Optional<String> textOrNull(String name, Element element) {
    if (element instanceof Scalar(var text)) {
      return text;
    }
    throw unexpected(name, element, "one value");
  }

  static String text(String name, Element element) {
    return textOrNull(name, element)
        .orElseThrow(() -> new IllegalArgumentException(name + ": null (expected: a value)"));
  }

  static long integer(String name, Element element) {
    var text = text(name, element);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notInteger) {
      throw new IllegalArgumentException(
          name + ": " + text + " (expected: an integer)", notInteger);
    }
  }

  static double number(String name, Element element) {
    var text = text(name, element);
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException notNumber) {
      throw new IllegalArgumentException(name + ": " + text + " (expected: a number)", notNumber);
    }
  }

  static List<Element> items(String name, Element element) {
    if (element instanceof Items(var items)) {
      return items;
    }
    throw unexpected(name, element, "an array");
  }

  /// @param expected the items in words
  static List<Element> items(
      String name, Element element, int countMin, int countMax, String expected) {
    var items = items(name, element);
    if (items.size() < countMin || items.size() > countMax) {
      throw unexpected(name, element, expected);
    }
    return items;
  }

  static IllegalArgumentException unexpected(String name, Element actual, String expected) {
    return new IllegalArgumentException(
        name + ": " + show(actual) + " (expected: " + expected + ")");
  }

  private static String show(Element element) {
    return switch (element) {
      case Scalar(var text) -> text.orElse("null");
      case Items(var items) -> items.stream().map(JsonLine::show).toList().toString();
      case Skipped() -> "{…}";
    };
  }
}
