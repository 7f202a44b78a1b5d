package io.quiverdb.core.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.quiverdb.core.Filter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// A [Filter] made ready to be evaluated on many payloads. Any number of threads use it.
///
/// A path leads through objects, and through each element of an array that it meets; an array at
/// its end matches if an element does. Arrays within arrays are not looked into. Of a name that an
/// object repeats, each value counts.
public final class PayloadFilter {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private final List<String> path;
  private final Filter.Value value;

  private PayloadFilter(List<String> path, Filter.Value value) {
    this.path = path;
    this.value = value;
  }

  public static PayloadFilter of(Filter filter) {
    return switch (filter) {
      case Filter.Eq(var path, var value) ->
          new PayloadFilter(List.of(path.split("\\.", -1)), value);
    };
  }

  public boolean matches(MemorySegment payload) {
    return payload.byteSize() > 0 && matches(payload.toArray(ValueLayout.JAVA_BYTE));
  }

  private boolean matches(byte[] payload) {
    try (JsonParser parser = JSON.createParser(payload)) {
      boolean matches = parser.nextToken() == JsonToken.START_OBJECT && objectMatches(parser, 0);
      // What follows decides whether it is JSON at all.
      return parser.nextToken() == null && matches;
    } catch (IOException notJson) {
      return false;
    }
  }

  /// Reads the object that the parser has just entered, to its end.
  private boolean objectMatches(JsonParser parser, int depth) throws IOException {
    boolean matches = false;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      boolean onPath = parser.currentName().equals(path.get(depth));
      JsonToken token = parser.nextToken();
      if (onPath) {
        matches |= valueMatches(parser, token, depth);
      } else {
        parser.skipChildren();
      }
    }
    return matches;
  }

  private boolean valueMatches(JsonParser parser, JsonToken token, int depth) throws IOException {
    if (token != JsonToken.START_ARRAY) {
      return elementMatches(parser, token, depth);
    }
    boolean matches = false;
    for (var element = parser.nextToken();
        element != JsonToken.END_ARRAY;
        element = parser.nextToken()) {
      matches |= elementMatches(parser, element, depth);
    }
    return matches;
  }

  private boolean elementMatches(JsonParser parser, JsonToken token, int depth) throws IOException {
    if (token == JsonToken.START_OBJECT && depth + 1 < path.size()) {
      return objectMatches(parser, depth + 1);
    }
    if (token.isStructStart()) {
      parser.skipChildren();
      return false;
    }
    return depth + 1 == path.size() && scalarMatches(parser, token);
  }

  private boolean scalarMatches(JsonParser parser, JsonToken token) throws IOException {
    return switch (value) {
      case Filter.Value.Text(var text) ->
          token == JsonToken.VALUE_STRING && parser.getText().equals(text);
      case Filter.Value.Bool(var bool) ->
          token == (bool ? JsonToken.VALUE_TRUE : JsonToken.VALUE_FALSE);
      case Filter.Value.Whole(var number) ->
          token.isNumeric()
              && (isLong(parser)
                  ? parser.getLongValue() == number
                  : equal(number, parser.getDoubleValue()));
      case Filter.Value.Real(var number) ->
          token.isNumeric()
              && (isLong(parser)
                  ? equal(parser.getLongValue(), number)
                  : parser.getDoubleValue() == number);
    };
  }

  /// Numbers with a fraction or an exponent, and those beyond 64 bits, are read as doubles.
  private static boolean isLong(JsonParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT, LONG -> true;
      case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> false;
    };
  }

  /// Exactly, without rounding the long.
  private static boolean equal(long whole, double real) {
    // 2^63 is no long, but the cast below would make it one.
    return real == Math.rint(real) && real < 0x1p63 && real >= -0x1p63 && (long) real == whole;
  }
}
