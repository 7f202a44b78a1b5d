package io.quiverdb.jepsen.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// A JSON object whose fields are asked for by type. A field that is missing, or of another type,
/// is an `IOException` that names it.
///
/// @param fields texts, integers (`Long`), lists and objects ([JsonTree]); what else JSON has, as
///   text
record JsonTree(Map<String, Object> fields) {
  /// @throws IOException if there is not one object and nothing else
  static JsonTree read(Reader in) throws IOException {
    try (var parser = new JsonFactory().createParser(in)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("begins with " + parser.currentToken() + " (expected: an object)");
      }
      var tree = object(parser);
      if (parser.nextToken() != null) {
        throw new IOException("goes on after its object (expected: one object)");
      }
      return tree;
    }
  }

  private static JsonTree object(JsonParser parser) throws IOException {
    var fields = new LinkedHashMap<String, Object>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      var name = parser.currentName();
      var _ = parser.nextToken();
      fields.put(name, value(parser));
    }
    return new JsonTree(fields);
  }

  private static List<Object> array(JsonParser parser) throws IOException {
    var items = new ArrayList<Object>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(parser));
    }
    return items;
  }

  private static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_NUMBER_INT -> parser.getLongValue();
      default -> parser.getText();
    };
  }

  Set<String> names() {
    return fields.keySet();
  }

  String string(String name) throws IOException {
    return get(name, String.class);
  }

  long integer(String name) throws IOException {
    return get(name, Long.class);
  }

  /// An integer that is none too large.
  int count(String name) throws IOException {
    long value = integer(name);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new IOException(name + ": " + value + " (expected: a count)");
    }
    return (int) value;
  }

  <E extends Enum<E>> E oneOf(String name, Class<E> type) throws IOException {
    var text = string(name);
    return Stream.of(type.getEnumConstants())
        .filter(constant -> constant.name().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IOException(
                    name
                        + ": "
                        + text
                        + " (expected: one of "
                        + List.of(type.getEnumConstants())
                        + ")"));
  }

  JsonTree object(String name) throws IOException {
    return get(name, JsonTree.class);
  }

  List<String> strings(String name) throws IOException {
    return items(name, String.class);
  }

  List<JsonTree> objects(String name) throws IOException {
    return items(name, JsonTree.class);
  }

  private <T> List<T> items(String name, Class<T> type) throws IOException {
    var items = new ArrayList<T>();
    List<?> values = get(name, List.class);
    for (var item : values) {
      items.add(cast(name, item, type));
    }
    return items;
  }

  private <T> T get(String name, Class<T> type) throws IOException {
    var value = fields.get(name);
    if (value == null) {
      throw new IOException(name + ": missing");
    }
    return cast(name, value, type);
  }

  private static <T> T cast(String name, Object value, Class<T> type) throws IOException {
    if (!type.isInstance(value)) {
      throw new IOException(name + ": " + value + " (expected: " + type.getSimpleName() + ")");
    }
    return type.cast(value);
  }
}
