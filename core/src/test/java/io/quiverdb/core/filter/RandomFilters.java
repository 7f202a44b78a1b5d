package io.quiverdb.core.filter;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.Settings.FilterableField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Random filters and payloads about few fields and few values, so that they meet; hard numbers and
/// text among the values, and payloads that are no JSON.
public final class RandomFilters {
  public static final List<String> PATHS = List.of("a", "b", "o", "o.a", "o.b", "o.o.a", "é");

  private static final List<String> NAMES = List.of("a", "b", "o", "é", "x");

  /// As JSON has them.
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0",
          "-0.0",
          "0.0",
          "1",
          "1.0",
          "1e0",
          "-1",
          "1.5",
          "0.1",
          "10e-2",
          "4.9e-324",
          "2.2250738585072011e-308",
          "-4.9e-324",
          "1e-400",
          "9007199254740991",
          "9007199254740992",
          "9007199254740993",
          "9007199254740992.0",
          "9007199254740993.0",
          "-9007199254740993",
          "-9007199254740992",
          "9223372036854775807",
          "9223372036854775806",
          "-9223372036854775808",
          "9223372036854775808",
          "18446744073709551615",
          "1e19",
          "1e308",
          "1e400",
          "-1e400",
          "1" + "0".repeat(400));

  private static final List<Value> VALUES =
      List.of(
          new Value.Whole(0),
          new Value.Whole(1),
          new Value.Whole(-1),
          new Value.Whole((1L << 53) - 1),
          new Value.Whole(1L << 53),
          new Value.Whole((1L << 53) + 1),
          new Value.Whole(-(1L << 53) - 1),
          new Value.Whole(Long.MAX_VALUE),
          new Value.Whole(Long.MAX_VALUE - 1),
          new Value.Whole(Long.MIN_VALUE),
          new Value.Real(-0.0),
          new Value.Real(0.1),
          new Value.Real(1.5),
          new Value.Real(Double.MIN_VALUE),
          new Value.Real(-Double.MIN_VALUE),
          new Value.Real(0x1p53),
          new Value.Real(0x1p63),
          new Value.Real(0x1p64),
          new Value.Real(Double.MAX_VALUE),
          new Value.Text(""),
          new Value.Text("a"),
          new Value.Text("A"),
          new Value.Text("ab"),
          new Value.Text("é"),
          new Value.Text("\uffff"),
          new Value.Text("😀"),
          new Value.Text("1"),
          new Value.Text("k".repeat(300)),
          new Value.Text("k".repeat(300) + "l"),
          new Value.Bool(true),
          new Value.Bool(false));

  private static final List<String> OTHER_SCALARS =
      List.of("true", "false", "null", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u0061\"");

  private static final List<String> NO_OBJECTS =
      List.of(
          "",
          "x",
          "1",
          "[{\"a\":1}]",
          "{\"a\":1",
          "{\"a\":1}}",
          "{\"a\":\"a\",}",
          "{\"a\":01}",
          "{\"a\":NaN}",
          "{\"a\":1,\"z\":" + "[".repeat(2000) + "]".repeat(2000) + "}");

  private final RandomGenerator random;

  public RandomFilters(RandomGenerator random) {
    this.random = random;
  }

  public Filter filter() {
    return filter(3);
  }

  private Filter filter(int levels) {
    return switch (random.nextInt(levels == 0 ? 5 : 9)) {
      case 0, 1 -> new Filter.Eq(one(PATHS), one(VALUES));
      case 2 ->
          new Filter.In(
              one(PATHS), Stream.generate(() -> one(VALUES)).limit(random.nextInt(1, 6)).toList());
      case 3 -> range();
      case 4 -> new Filter.Exists(one(PATHS));
      case 5, 6 -> new Filter.And(filters(levels - 1));
      case 7 -> new Filter.Or(filters(levels - 1));
      default -> new Filter.Not(filter(levels - 1));
    };
  }

  private List<Filter> filters(int levels) {
    return Stream.generate(() -> filter(levels)).limit(random.nextInt(1, 4)).toList();
  }

  private Filter range() {
    boolean text = random.nextBoolean();
    var values =
        VALUES.stream()
            .filter(value -> !(value instanceof Value.Bool))
            .filter(value -> value instanceof Value.Text == text)
            .toList();
    var lower = Optional.of(new Bound(one(values), random.nextBoolean()));
    var upper = Optional.of(new Bound(one(values), random.nextBoolean()));
    return switch (random.nextInt(3)) {
      case 0 -> new Filter.Range(one(PATHS), lower, Optional.empty());
      case 1 -> new Filter.Range(one(PATHS), Optional.empty(), upper);
      default -> new Filter.Range(one(PATHS), lower, upper);
    };
  }

  public String payload() {
    return random.nextInt(10) == 0 ? one(NO_OBJECTS) : object(3);
  }

  private String object(int levels) {
    var json = new StringBuilder("{");
    int members = random.nextInt(5);
    for (int member = 0; member < members; member++) {
      json.append(member == 0 ? "" : ",")
          .append('"')
          .append(one(NAMES))
          .append("\":")
          .append(value(levels - 1));
    }
    return json.append('}').toString();
  }

  private String value(int levels) {
    return switch (random.nextInt(levels == 0 ? 6 : 9)) {
      case 0, 1 -> one(NUMBERS);
      case 2, 3, 4 -> text();
      case 5 -> one(OTHER_SCALARS);
      case 6 ->
          IntStream.range(0, random.nextInt(4))
              .mapToObj(_ -> value(levels - 1))
              .toList()
              .toString();
      default -> object(levels);
    };
  }

  private String text() {
    var texts = VALUES.stream().filter(Value.Text.class::isInstance).toList();
    return "\"" + ((Value.Text) one(texts)).text() + "\"";
  }

  /// Some of [#PATHS], each of a type.
  public List<FilterableField> fields() {
    var fields = new ArrayList<FilterableField>();
    for (var path : PATHS) {
      if (random.nextInt(4) > 0) {
        fields.add(new FilterableField(path, one(List.of(FilterableField.Type.values()))));
      }
    }
    return fields;
  }

  private <T> T one(List<T> things) {
    return things.get(random.nextInt(things.size()));
  }
}
