package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import java.util.List;
import java.util.stream.Collectors;

/// Something that a store which keeps its promises cannot have done.
///
/// @param subject the key or collection
/// @param claim what is wrong, in words
/// @param calls what proves it, in order of invocation; a call may stand here without what became
///   of it later, and with as much of its answer as matters
public record Violation(String subject, String claim, List<Call> calls) {
  public Violation {
    calls = List.copyOf(calls);
  }

  /// The calls one a line, for people.
  @Override
  public String toString() {
    return calls.stream()
        .map(Call::toString)
        .collect(Collectors.joining("\n  ", claim + ", on " + subject + ":\n  ", ""));
  }
}
