package io.quiverdb.node.api;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Filter.Bound;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The contract's filters to the engine's. What does not fit is an [IllegalArgumentException] whose
/// message starts with `filter`.
final class FilterMessages {
  private FilterMessages() {}

  /// Empty if there is no condition.
  static Optional<Filter> filter(io.quiverdb.api.v1.Filter message) {
    if (message.getConditionCase() == io.quiverdb.api.v1.Filter.ConditionCase.CONDITION_NOT_SET) {
      return Optional.empty();
    }
    try {
      return Optional.of(condition(message));
    } catch (IllegalArgumentException e) {
      String reason = Objects.requireNonNull(e.getMessage(), "the engine says what is wrong");
      throw new IllegalArgumentException(
          reason.startsWith("filter: ") ? reason : "filter." + reason, e);
    }
  }

  private static Filter condition(io.quiverdb.api.v1.Filter message) {
    return switch (message.getConditionCase()) {
      case EQ -> new Filter.Eq(message.getEq().getField(), value(message.getEq().getValue()));
      case IN ->
          new Filter.In(
              message.getIn().getField(),
              message.getIn().getValuesList().stream().map(FilterMessages::value).toList());
      case RANGE -> range(message.getRange());
      case EXISTS -> new Filter.Exists(message.getExists().getField());
      case AND -> new Filter.And(conditions(message.getAnd()));
      case OR -> new Filter.Or(conditions(message.getOr()));
      case NOT -> new Filter.Not(condition(message.getNot()));
      case CONDITION_NOT_SET ->
          throw new IllegalArgumentException(
              "filter: a condition is missing (expected: eq, in, range, exists, and, or, not)");
    };
  }

  private static List<Filter> conditions(io.quiverdb.api.v1.Filter.Conditions message) {
    return message.getFiltersList().stream().map(FilterMessages::condition).toList();
  }

  private static Filter range(io.quiverdb.api.v1.Filter.Range message) {
    Optional<Bound> lower =
        switch (message.getLowerCase()) {
          case GT -> Optional.of(new Bound(value(message.getGt()), false));
          case GTE -> Optional.of(new Bound(value(message.getGte()), true));
          case LOWER_NOT_SET -> Optional.empty();
        };
    Optional<Bound> upper =
        switch (message.getUpperCase()) {
          case LT -> Optional.of(new Bound(value(message.getLt()), false));
          case LTE -> Optional.of(new Bound(value(message.getLte()), true));
          case UPPER_NOT_SET -> Optional.empty();
        };
    return new Filter.Range(message.getField(), lower, upper);
  }

  private static Filter.Value value(io.quiverdb.api.v1.Filter.Value message) {
    return switch (message.getKindCase()) {
      case TEXT -> new Filter.Value.Text(message.getText());
      case WHOLE -> new Filter.Value.Whole(message.getWhole());
      case REAL -> new Filter.Value.Real(message.getReal());
      case BOOLEAN -> new Filter.Value.Bool(message.getBoolean());
      case KIND_NOT_SET ->
          throw new IllegalArgumentException(
              "value: missing (expected: text, a number, or true or false)");
    };
  }
}
