package io.quiverdb.core.filter;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.Filter.Value;
import io.quiverdb.core.PointIds;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// What a filter asks of a field's values.
interface FieldCondition {
  boolean accepts(FieldValue value);

  /// Accepts what equals one of `values`.
  static FieldCondition anyOf(List<Value> values) {
    Set<FieldValue> accepted = new HashSet<>();
    for (var value : values) {
      accepted.add(FieldValue.of(value));
    }
    return accepted::contains;
  }

  /// Accepts what lies between the bounds of `range`.
  static FieldCondition between(Filter.Range range) {
    return range.lower().or(range::upper).orElseThrow().isText()
        ? between(range, FieldCondition::boundText, FieldCondition::wellFormedText, PointIds.ORDER)
        : between(
            range,
            FieldCondition::boundNumber,
            FieldCondition::number,
            Comparator.<NumericKey>naturalOrder());
  }

  private static <T> FieldCondition between(
      Filter.Range range,
      Function<Bound, T> bound,
      Function<FieldValue, Optional<T>> comparable,
      Comparator<T> order) {
    var lower = range.lower().map(bound);
    var upper = range.upper().map(bound);
    int leastAboveLower = range.lower().map(one -> one.inclusive() ? 0 : 1).orElse(0);
    int leastBelowUpper = range.upper().map(one -> one.inclusive() ? 0 : 1).orElse(0);
    return value -> {
      var found = comparable.apply(value);
      return found.isPresent()
          && (lower.isEmpty() || order.compare(found.get(), lower.get()) >= leastAboveLower)
          && (upper.isEmpty() || order.compare(upper.get(), found.get()) >= leastBelowUpper);
    };
  }

  private static String boundText(Bound bound) {
    return ((Value.Text) bound.value()).text();
  }

  private static NumericKey boundNumber(Bound bound) {
    return ((FieldValue.Numeric) FieldValue.of(bound.value())).key();
  }

  private static Optional<String> wellFormedText(FieldValue value) {
    return value instanceof FieldValue.Text(var text) && Keywords.isWellFormed(text)
        ? Optional.of(text)
        : Optional.empty();
  }

  private static Optional<NumericKey> number(FieldValue value) {
    return value instanceof FieldValue.Numeric(var key) ? Optional.of(key) : Optional.empty();
  }
}
