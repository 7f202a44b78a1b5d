package io.quiverdb.node.peer;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.node.peer.proto.FilterMessage;
import java.util.List;
import java.util.Optional;

/// Filters as nodes tell them each other, and back.
final class FilterMessages {
  private FilterMessages() {}

  static FilterMessage filter(Filter filter) {
    var message = FilterMessage.newBuilder();
    switch (filter) {
      case Filter.Eq(var path, var value) ->
          message.setEq(FilterMessage.Eq.newBuilder().setPath(path).setValue(value(value)));
      case Filter.In(var path, var values) ->
          message.setIn(
              FilterMessage.In.newBuilder()
                  .setPath(path)
                  .addAllValues(values.stream().map(FilterMessages::value).toList()));
      case Filter.Range(var path, var lower, var upper) -> {
        var range = FilterMessage.Range.newBuilder().setPath(path);
        lower.ifPresent(bound -> range.setLower(bound(bound)));
        upper.ifPresent(bound -> range.setUpper(bound(bound)));
        message.setRange(range);
      }
      case Filter.Exists(var path) ->
          message.setExists(FilterMessage.Exists.newBuilder().setPath(path));
      case Filter.And(var parts) -> message.setAnd(parts(parts));
      case Filter.Or(var parts) -> message.setOr(parts(parts));
      case Filter.Not(var part) -> message.setNot(filter(part));
    }
    return message.build();
  }

  private static FilterMessage.Parts parts(List<Filter> parts) {
    return FilterMessage.Parts.newBuilder()
        .addAllParts(parts.stream().map(FilterMessages::filter).toList())
        .build();
  }

  private static FilterMessage.Bound bound(Bound bound) {
    return FilterMessage.Bound.newBuilder()
        .setValue(value(bound.value()))
        .setInclusive(bound.inclusive())
        .build();
  }

  private static FilterMessage.Value value(Value value) {
    var message = FilterMessage.Value.newBuilder();
    switch (value) {
      case Value.Text(var text) -> message.setText(text);
      case Value.Whole(var number) -> message.setWhole(number);
      case Value.Real(var number) -> message.setReal(number);
      case Value.Bool(var flag) -> message.setBoolean(flag);
    }
    return message.build();
  }

  static Filter filter(FilterMessage message) {
    return switch (message.getConditionCase()) {
      case EQ -> new Filter.Eq(message.getEq().getPath(), value(message.getEq().getValue()));
      case IN ->
          new Filter.In(
              message.getIn().getPath(),
              message.getIn().getValuesList().stream().map(FilterMessages::value).toList());
      case RANGE -> {
        var range = message.getRange();
        yield new Filter.Range(
            range.getPath(),
            bound(range.hasLower(), range.getLower()),
            bound(range.hasUpper(), range.getUpper()));
      }
      case EXISTS -> new Filter.Exists(message.getExists().getPath());
      case AND -> new Filter.And(parts(message.getAnd()));
      case OR -> new Filter.Or(parts(message.getOr()));
      case NOT -> new Filter.Not(filter(message.getNot()));
      case CONDITION_NOT_SET ->
          throw new IllegalArgumentException("filter: of no known kind (expected: a known one)");
    };
  }

  private static List<Filter> parts(FilterMessage.Parts message) {
    return message.getPartsList().stream().map(FilterMessages::filter).toList();
  }

  private static Optional<Bound> bound(boolean present, FilterMessage.Bound message) {
    return present
        ? Optional.of(new Bound(value(message.getValue()), message.getInclusive()))
        : Optional.empty();
  }

  private static Value value(FilterMessage.Value message) {
    return switch (message.getValueCase()) {
      case TEXT -> new Value.Text(message.getText());
      case WHOLE -> new Value.Whole(message.getWhole());
      case REAL -> new Value.Real(message.getReal());
      case BOOLEAN -> new Value.Bool(message.getBoolean());
      case VALUE_NOT_SET ->
          throw new IllegalArgumentException("filter: no known value (expected: one)");
    };
  }
}
