package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import java.util.List;
import java.util.stream.Collectors;

/// What a [LinearizabilityChecker] found.
public sealed interface Verdict {
  /// Some order of the operations explains all answers.
  record Valid() implements Verdict {}

  /// No order does.
  ///
  /// @param calls operations on `key` that cannot be ordered, in order of invocation, up to the
  ///   decisive moment: what ended later is in flight. None can be left out of the proof, unless
  ///   the limit cut the search for a smaller one short
  record Invalid(String key, List<Call> calls) implements Verdict {
    public Invalid {
      calls = List.copyOf(calls);
    }

    /// The calls one a line, for people.
    @Override
    public String toString() {
      return calls.stream()
          .map(Call::toString)
          .collect(Collectors.joining("\n  ", "no order explains, on key " + key + ":\n  ", ""));
    }
  }

  /// The limit was reached on `key` before an order was found or excluded.
  record Unknown(String key, long statesExplored) implements Verdict {}
}
