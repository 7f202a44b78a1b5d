package io.quiverdb.core.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Filter.Value;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What a filter says of a payload, found the slow way: the document as a tree, numbers as
/// decimals.
public final class ModelFilter {
  private static final JsonFactory JSON = new JsonFactory();

  /// A JSON value: null, Boolean, Double (infinite), BigDecimal, String, List, or a list of
  /// [Map.Entry] in an [Members].
  private record Members(List<Map.Entry<String, Optional<Object>>> members) {}

  private ModelFilter() {}

  public static boolean matches(Filter filter, String payload) {
    return holds(filter, document(payload));
  }

  private static boolean holds(Filter filter, Optional<Object> document) {
    return switch (filter) {
      case Filter.Eq(var path, var value) ->
          values(document, path).anyMatch(found -> equal(found, value));
      case Filter.In(var path, var values) ->
          values(document, path)
              .anyMatch(found -> values.stream().anyMatch(value -> equal(found, value)));
      case Filter.Range range ->
          values(document, range.path()).anyMatch(found -> isWithin(found, range));
      case Filter.Exists(var path) -> values(document, path).findAny().isPresent();
      case Filter.And(var parts) -> parts.stream().allMatch(part -> holds(part, document));
      case Filter.Or(var parts) -> parts.stream().anyMatch(part -> holds(part, document));
      case Filter.Not(var part) -> !holds(part, document);
    };
  }

  private static Stream<Object> values(Optional<Object> document, String path) {
    Stream<Object> values = document.stream();
    for (var name : path.split("\\.", -1)) {
      values =
          values
              .filter(Members.class::isInstance)
              .flatMap(object -> ((Members) object).members.stream())
              .filter(member -> member.getKey().equals(name))
              .flatMap(member -> member.getValue().stream())
              .flatMap(ModelFilter::elements);
    }
    return values;
  }

  private static Stream<Object> elements(Object value) {
    return value instanceof List<?> list
        ? list.stream().flatMap(element -> ((Optional<?>) element).stream())
        : Stream.of(value);
  }

  private static boolean equal(Object found, Value value) {
    return compare(found, value).filter(order -> order == 0).isPresent();
  }

  private static boolean isWithin(Object found, Filter.Range range) {
    boolean above =
        range.lower().isEmpty()
            || compare(found, range.lower().get().value())
                .filter(order -> order > 0 || (order == 0 && range.lower().get().inclusive()))
                .isPresent();
    boolean below =
        range.upper().isEmpty()
            || compare(found, range.upper().get().value())
                .filter(order -> order < 0 || (order == 0 && range.upper().get().inclusive()))
                .isPresent();
    return above && below;
  }

  /// Empty if they are of different types.
  private static Optional<Integer> compare(Object found, Value value) {
    return switch (value) {
      case Value.Text(var text) ->
          found instanceof String string && isWellFormed(string)
              ? Optional.of(Arrays.compareUnsigned(utf8(string), utf8(text)))
              : Optional.empty();
      case Value.Bool(var bool) ->
          found instanceof Boolean other ? Optional.of(other.compareTo(bool)) : Optional.empty();
      case Value.Whole(var number) -> compareNumbers(found, BigDecimal.valueOf(number));
      case Value.Real(var number) -> compareNumbers(found, new BigDecimal(number));
    };
  }

  private static Optional<Integer> compareNumbers(Object found, BigDecimal number) {
    return switch (found) {
      case BigDecimal decimal -> Optional.of(decimal.compareTo(number));
      case Double infinite -> Optional.of(infinite > 0 ? 1 : -1);
      default -> Optional.empty();
    };
  }

  private static boolean isWellFormed(String text) {
    return new String(utf8(text), StandardCharsets.UTF_8).equals(text);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Optional<Object> document(String payload) {
    try (var parser = JSON.createParser(payload)) {
      if (parser.nextToken() == null) {
        return Optional.empty();
      }
      var document = value(parser);
      return parser.nextToken() == null ? document : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static Optional<Object> value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> Optional.empty();
      case VALUE_TRUE -> Optional.of(true);
      case VALUE_FALSE -> Optional.of(false);
      case VALUE_STRING -> Optional.of(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Optional.of(number(parser.getText()));
      case START_ARRAY -> {
        var elements = new ArrayList<Optional<Object>>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(parser));
        }
        yield Optional.of(elements);
      }
      case START_OBJECT -> {
        var members = new ArrayList<Map.Entry<String, Optional<Object>>>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          var name = parser.currentName();
          parser.nextToken();
          members.add(Map.entry(name, value(parser)));
        }
        yield Optional.of(new Members(members));
      }
      default -> throw new AssertionError(parser.currentToken());
    };
  }

  private static Object number(String text) {
    var exact = new BigDecimal(text);
    if (text.chars().allMatch(c -> c == '-' || Character.isDigit(c))
        && exact.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0
        && exact.compareTo(BigDecimal.valueOf(Long.MIN_VALUE)) >= 0) {
      return exact;
    }
    double nearest = Double.parseDouble(text);
    return Double.isInfinite(nearest) ? (Object) nearest : new BigDecimal(nearest);
  }
}
