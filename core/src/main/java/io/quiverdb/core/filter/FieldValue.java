package io.quiverdb.core.filter;

import io.quiverdb.core.Filter;

/// A value that a payload has at a field.
public sealed interface FieldValue {
  /// What a payload has where a filter's value equals it.
  static FieldValue of(Filter.Value value) {
    return switch (value) {
      case Filter.Value.Text(var text) -> new Text(text);
      case Filter.Value.Whole(var number) -> new Numeric(NumericKey.of(number));
      case Filter.Value.Real(var number) -> new Numeric(NumericKey.of(number));
      case Filter.Value.Bool(var bool) -> new Bool(bool);
    };
  }

  /// As JSON has it: perhaps with unpaired surrogates.
  record Text(String text) implements FieldValue {}

  record Numeric(NumericKey key) implements FieldValue {}

  record Bool(boolean value) implements FieldValue {}

  /// An object, or an array within an array.
  record Structure() implements FieldValue {}
}
