package io.quiverdb.jepsen.history;

import java.util.Optional;

/// What a process asks of the register at one key: Jepsen's `f` with its argument. Values are
/// opaque text; an empty value is a key that is absent, as every key is at first.
public sealed interface Operation {
  record Read() implements Operation {}

  record Write(String value) implements Operation {}

  /// Writes `next` if the key holds `expected`, else changes nothing. Jepsen's `cas`.
  record CompareAndSet(Optional<String> expected, String next) implements Operation {}

  /// Makes the key absent. Deleting what is absent succeeds.
  record Delete() implements Operation {}
}
