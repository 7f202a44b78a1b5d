package io.quiverdb.jepsen.history;

import java.util.Optional;

/// What an operation that took place told its process.
public sealed interface Answer {
  /// To a read: the value seen, empty when the key was absent.
  record Value(Optional<String> value) implements Answer {}

  /// To a write, a delete, and a compare-and-set that wrote.
  record Done() implements Answer {}

  /// To a compare-and-set: the key was seen to hold something else than expected, and nothing was
  /// written.
  record Mismatch() implements Answer {}
}
