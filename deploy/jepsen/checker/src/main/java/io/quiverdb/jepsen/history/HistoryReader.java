package io.quiverdb.jepsen.history;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads what [HistoryWriter] wrote.
public final class HistoryReader {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final InFlight inFlight = new InFlight();
  private final List<Event> events = new ArrayList<>();

  private HistoryReader() {}

  /// @param in left open
  /// @throws MalformedHistoryException if a line is no event of [HistoryFormat], or cannot follow
  ///   those before it
  public static History read(Reader in) throws IOException {
    var reader = new HistoryReader();
    var lines = new BufferedReader(in);
    int lineNumber = 1;
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      reader.add(lineNumber++, line);
    }
    return History.of(reader.events);
  }

  private void add(int lineNumber, String line) throws MalformedHistoryException {
    try {
      var event = event(fields(line));
      inFlight.accept(event);
      events.add(event);
    } catch (IOException | IllegalArgumentException malformed) {
      throw new MalformedHistoryException(lineNumber, malformed);
    }
  }

  private Event event(Map<String, List<Optional<String>>> fields) {
    long process = integer(fields, HistoryFormat.PROCESS);
    long timeNanos = integer(fields, HistoryFormat.TIME);
    var type = text(fields, HistoryFormat.TYPE);
    if (type.equals(HistoryFormat.INVOKE)) {
      var operation = operation(fields);
      return new Event.Invoke(process, text(fields, HistoryFormat.KEY), operation, timeNanos);
    }
    var invoke = inFlight.get(process);
    expect(fields, HistoryFormat.F, HistoryFormat.f(invoke.operation()));
    expect(fields, HistoryFormat.KEY, invoke.key());
    return switch (type) {
      case HistoryFormat.OK -> new Event.Ok(invoke, answer(fields), timeNanos);
      case HistoryFormat.FAIL -> new Event.Fail(invoke, error(fields), timeNanos);
      case HistoryFormat.INFO -> new Event.Info(invoke, error(fields), timeNanos);
      default ->
          throw new IllegalArgumentException(
              "type: " + type + " (expected: invoke, ok, fail, info)");
    };
  }

  private static Operation operation(Map<String, List<Optional<String>>> fields) {
    var f = text(fields, HistoryFormat.F);
    return switch (f) {
      case HistoryFormat.READ -> new Operation.Read();
      case HistoryFormat.DELETE -> new Operation.Delete();
      case HistoryFormat.WRITE -> new Operation.Write(text(fields, HistoryFormat.VALUE));
      case HistoryFormat.CAS -> {
        var value = field(fields, HistoryFormat.VALUE);
        if (value.size() != 2 || value.getLast().isEmpty()) {
          throw new IllegalArgumentException("value: " + value + " (expected: [expected, next])");
        }
        yield new Operation.CompareAndSet(value.getFirst(), value.getLast().get());
      }
      default ->
          throw new IllegalArgumentException("f: " + f + " (expected: read, write, cas, delete)");
    };
  }

  private static Answer answer(Map<String, List<Optional<String>>> fields) {
    var f = text(fields, HistoryFormat.F);
    return switch (f) {
      case HistoryFormat.READ -> new Answer.Value(single(fields, HistoryFormat.VALUE));
      case HistoryFormat.CAS -> {
        var value = text(fields, HistoryFormat.VALUE);
        yield switch (value) {
          case HistoryFormat.SWAPPED -> new Answer.Done();
          case HistoryFormat.MISMATCH -> new Answer.Mismatch();
          default ->
              throw new IllegalArgumentException(
                  "value: " + value + " (expected: swapped, mismatch)");
        };
      }
      default -> new Answer.Done();
    };
  }

  private static String error(Map<String, List<Optional<String>>> fields) {
    return fields.containsKey(HistoryFormat.ERROR) ? text(fields, HistoryFormat.ERROR) : "";
  }

  private static void expect(
      Map<String, List<Optional<String>>> fields, String name, String expected) {
    var actual = text(fields, name);
    if (!actual.equals(expected)) {
      throw new IllegalArgumentException(
          name + ": " + actual + " (expected: " + expected + ", as invoked)");
    }
  }

  private static long integer(Map<String, List<Optional<String>>> fields, String name) {
    var text = text(fields, name);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notInteger) {
      throw new IllegalArgumentException(
          name + ": " + text + " (expected: an integer)", notInteger);
    }
  }

  private static String text(Map<String, List<Optional<String>>> fields, String name) {
    return single(fields, name)
        .orElseThrow(() -> new IllegalArgumentException(name + ": null (expected: a value)"));
  }

  private static Optional<String> single(Map<String, List<Optional<String>>> fields, String name) {
    var field = field(fields, name);
    if (field.size() != 1) {
      throw new IllegalArgumentException(name + ": " + field + " (expected: one value)");
    }
    return field.getFirst();
  }

  private static List<Optional<String>> field(
      Map<String, List<Optional<String>>> fields, String name) {
    var field = fields.get(name);
    if (field == null) {
      throw new IllegalArgumentException(name + ": missing");
    }
    return field;
  }

  /// The fields of one object: a scalar as one element, an array as its elements, null as empty.
  private static Map<String, List<Optional<String>>> fields(String line) throws IOException {
    var fields = new HashMap<String, List<Optional<String>>>();
    try (var json = JSON.createParser(line)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        var name = json.currentName();
        json.nextToken();
        fields.put(name, elements(json));
      }
      if (json.nextToken() != null) {
        throw new IllegalArgumentException("more than one JSON object");
      }
    }
    return fields;
  }

  private static List<Optional<String>> elements(JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.START_OBJECT) {
      json.skipChildren();
      return List.of();
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      return List.of(scalar(json));
    }
    var elements = new ArrayList<Optional<String>>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      elements.add(scalar(json));
      json.skipChildren();
    }
    return elements;
  }

  private static Optional<String> scalar(JsonParser json) throws IOException {
    return json.currentToken() == JsonToken.VALUE_NULL
        ? Optional.empty()
        : Optional.of(json.getText());
  }
}
