package io.quiverdb.jepsen.checker;

import java.util.Optional;
import java.util.Set;

/// What a key must hold for a call to have been answered as it was; empty is absent.
sealed interface Need {
  record Any() implements Need {}

  record Only(Optional<String> value) implements Need {}

  record Not(Optional<String> value) implements Need {}

  record OneOf(Set<Optional<String>> values) implements Need {
    public OneOf {
      values = Set.copyOf(values);
    }
  }

  default boolean accepts(Optional<String> held) {
    return switch (this) {
      case Any() -> true;
      case Only(var value) -> held.equals(value);
      case Not(var value) -> !held.equals(value);
      case OneOf(var values) -> values.contains(held);
    };
  }
}
