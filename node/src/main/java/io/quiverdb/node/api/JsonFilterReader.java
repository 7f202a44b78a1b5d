package io.quiverdb.node.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.quiverdb.api.v1.Filter;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads filters in the form that the contract gives them over REST.
final class JsonFilterReader {
  private static final String MEMBERS = "field, eq, in, gt, gte, lt, lte, exists, and, or, not";
  private static final String FORM =
      "a field with eq, in, exists or bounds; or one of and, or, not alone";
  private static final Set<String> BOUNDS = Set.of("gt", "gte", "lt", "lte");

  private final JsonReader reader;
  private final JsonParser parser;

  JsonFilterReader(JsonReader reader, JsonParser parser) {
    this.reader = reader;
    this.parser = parser;
  }

  /// Sets the condition of `filter` to what the parser stands at.
  void read(Filter.Builder filter, JsonPath path) throws IOException {
    read(filter, path, 1);
  }

  private void read(Filter.Builder filter, JsonPath path, int depth) throws IOException {
    if (depth > io.quiverdb.core.Filter.DEPTH_MAX) {
      throw new IllegalArgumentException(
          "filter: over " + (depth - 1) + " levels (expected: at most " + (depth - 1) + ")");
    }
    reader.expect(JsonToken.START_OBJECT, path, "an object");
    var members = new Members();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      var memberPath = path.field(JsonReader.shown(name));
      if (!members.names.add(name)) {
        throw memberPath.expected("once", "twice");
      }
      parser.nextToken();
      readMember(name, members, memberPath, depth);
    }
    members.writeTo(filter, path);
  }

  private void readMember(String name, Members members, JsonPath path, int depth)
      throws IOException {
    switch (name) {
      case "field" -> {
        reader.expect(JsonToken.VALUE_STRING, path, "text");
        members.field = parser.getText();
      }
      case "eq" -> members.condition.setEq(Filter.Eq.newBuilder().setValue(value(path)));
      case "in" -> members.condition.setIn(values(path));
      case "gt" -> members.range.setGt(value(path));
      case "gte" -> members.range.setGte(value(path));
      case "lt" -> members.range.setLt(value(path));
      case "lte" -> members.range.setLte(value(path));
      case "exists" -> members.exists = reader.readBoolean(path);
      case "and" -> members.condition.setAnd(conditions(path, depth));
      case "or" -> members.condition.setOr(conditions(path, depth));
      case "not" -> read(members.condition.getNotBuilder(), path, depth + 1);
      default -> throw path.expected(MEMBERS, "unknown field");
    }
  }

  private Filter.Conditions.Builder conditions(JsonPath path, int depth) throws IOException {
    reader.expect(JsonToken.START_ARRAY, path, "an array of filters");
    var conditions = Filter.Conditions.newBuilder();
    for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
      read(conditions.addFiltersBuilder(), path.element(index), depth + 1);
    }
    return conditions;
  }

  private Filter.In.Builder values(JsonPath path) throws IOException {
    reader.expect(JsonToken.START_ARRAY, path, "an array of values");
    var in = Filter.In.newBuilder();
    for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
      in.addValues(value(path.element(index)));
    }
    return in;
  }

  private Filter.Value.Builder value(JsonPath path) throws IOException {
    var value = Filter.Value.newBuilder();
    return switch (parser.currentToken()) {
      case VALUE_STRING -> value.setText(parser.getText());
      case VALUE_TRUE -> value.setBoolean(true);
      case VALUE_FALSE -> value.setBoolean(false);
      case VALUE_NUMBER_FLOAT -> value.setReal(parser.getDoubleValue());
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? value.setReal(parser.getDoubleValue())
              : value.setWhole(parser.getLongValue());
      default -> throw path.expected("text, a number, or true or false", reader.got());
    };
  }

  /// What one object holds, in whatever order.
  private static final class Members {
    final Set<String> names = new HashSet<>();
    final Filter.Builder condition = Filter.newBuilder();
    final Filter.Range.Builder range = Filter.Range.newBuilder();
    String field = "";
    boolean exists;

    void writeTo(Filter.Builder filter, JsonPath path) {
      long kinds = names.stream().filter(name -> !name.equals("field") && !isBound(name)).count();
      boolean hasRange = names.stream().anyMatch(Members::isBound);
      boolean ofField = !(condition.hasAnd() || condition.hasOr() || condition.hasNot());
      if (kinds + (hasRange ? 1 : 0) != 1 || (!ofField && names.contains("field"))) {
        throw path.expected(FORM, names.isEmpty() ? "nothing" : String.join(", ", sorted()));
      }
      requireOneOf("gt", "gte", path);
      requireOneOf("lt", "lte", path);
      if (hasRange) {
        filter.setRange(range.setField(field));
      } else if (names.contains("exists")) {
        setExists(filter);
      } else {
        filter.mergeFrom(withField());
      }
    }

    private static boolean isBound(String name) {
      return BOUNDS.contains(name);
    }

    private List<String> sorted() {
      return names.stream().sorted().toList();
    }

    private void requireOneOf(String one, String other, JsonPath path) {
      if (names.contains(one) && names.contains(other)) {
        throw path.expected("one of them", one + " and " + other);
      }
    }

    private void setExists(Filter.Builder filter) {
      var condition = Filter.newBuilder().setExists(Filter.Exists.newBuilder().setField(field));
      if (exists) {
        filter.mergeFrom(condition.build());
      } else {
        filter.setNot(condition);
      }
    }

    private Filter withField() {
      switch (condition.getConditionCase()) {
        case EQ -> condition.getEqBuilder().setField(field);
        case IN -> condition.getInBuilder().setField(field);
        default -> {}
      }
      return condition.build();
    }
  }
}
