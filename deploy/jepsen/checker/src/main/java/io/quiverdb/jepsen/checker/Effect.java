package io.quiverdb.jepsen.checker;

import java.util.Optional;

/// What a call does to a key.
sealed interface Effect {
  record None() implements Effect {}

  /// Empty makes it absent.
  record Put(Optional<String> value) implements Effect {}

  /// Adds to the integer that it holds, 0 when absent. On anything but an integer it cannot have
  /// taken place.
  record Add(long by) implements Effect {}
}
