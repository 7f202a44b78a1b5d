package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Makes a set of calls that cannot be ordered smaller, in a way that keeps it a proof: whatever is
/// left out could be left out of a good history too, and it would still be good. That holds for
/// - all events from some moment on: calls that had ended by then keep their answer, the others are
///   in flight;
/// - an observation;
/// - a value that no compare-and-set expects, together with all that write it and all that read it,
///   where no mismatch is left (any value explains one). To leave out a write alone would turn the
///   reads of its value into a false accusation.
///
/// Chunks are tried in falling size, after Zeller and Hildebrandt's delta debugging (2002).
final class Counterexample {
  private final Predicate<List<Call>> isProof;
  private List<Call> calls;

  /// @param calls cannot be ordered
  /// @param isProof whether calls certainly cannot be ordered
  /// @return calls that cannot be ordered either: some of those given, in the same order, those
  ///   that ended after the decisive moment without their completion
  static List<Call> shrink(List<Call> calls, Predicate<List<Call>> isProof) {
    var live = calls.stream().filter(call -> !call.isFailed()).toList();
    return new Counterexample(live, isProof).shrink();
  }

  private Counterexample(List<Call> calls, Predicate<List<Call>> isProof) {
    this.calls = calls;
    this.isProof = isProof;
  }

  private List<Call> shrink() {
    cutAtTheDecisiveMoment();
    int sizeBefore;
    do {
      sizeBefore = calls.size();
      leaveOut(observations());
      leaveOut(values());
    } while (calls.size() < sizeBefore);
    return calls;
  }

  /// A prefix of a good history is good, so the shortest bad one can be found by halving.
  private void cutAtTheDecisiveMoment() {
    int good = 0;
    int bad = 1 + calls.stream().mapToInt(Counterexample::lastPlace).max().orElse(0);
    while (bad - good > 1) {
      int middle = (good + bad) >>> 1;
      var prefix = calls.stream().flatMap(call -> call.before(middle).stream()).toList();
      if (isProof.test(prefix)) {
        calls = prefix;
        bad = middle;
      } else {
        good = middle;
      }
    }
  }

  private static int lastPlace(Call call) {
    return call.completedAt() == Call.NEVER ? call.invokedAt() : call.completedAt();
  }

  private List<Set<Call>> observations() {
    return calls.stream().filter(Register::isObservation).map(Set::of).toList();
  }

  private List<Set<Call>> values() {
    if (calls.stream().anyMatch(Register::isMismatch)) {
      return List.of();
    }
    var expected =
        calls.stream()
            .filter(call -> !Register.isObservation(call))
            .flatMap(call -> Register.source(call).stream())
            .collect(Collectors.toSet());
    var byValue = new LinkedHashMap<Register, Set<Call>>();
    for (var call : calls) {
      var value = Register.isObservation(call) ? Register.source(call) : Register.target(call);
      value.ifPresent(v -> byValue.computeIfAbsent(v, _ -> new HashSet<>()).add(call));
    }
    byValue.keySet().removeAll(expected);
    return List.copyOf(byValue.values());
  }

  /// Leaves out as many of the groups as the proof can do without.
  private void leaveOut(List<Set<Call>> groups) {
    var left = new ArrayList<>(groups);
    for (int chunkSize = left.size(); chunkSize > 0; chunkSize /= 2) {
      int start = 0;
      while (start < left.size()) {
        var chunk = left.subList(start, Math.min(start + chunkSize, left.size()));
        var out = chunk.stream().flatMap(Set::stream).collect(Collectors.toSet());
        var candidate = calls.stream().filter(call -> !out.contains(call)).toList();
        if (isProof.test(candidate)) {
          calls = candidate;
          chunk.clear();
        } else {
          start += chunkSize;
        }
      }
    }
  }
}
