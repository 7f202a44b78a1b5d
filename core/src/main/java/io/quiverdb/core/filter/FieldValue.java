package io.quiverdb.core.filter;

/// A value that a payload has at a field.
public sealed interface FieldValue {
  /// As JSON has it: perhaps with unpaired surrogates.
  record Text(String text) implements FieldValue {}

  record Numeric(NumericKey key) implements FieldValue {}

  record Bool(boolean value) implements FieldValue {}

  /// An object, or an array within an array.
  record Structure() implements FieldValue {}
}
