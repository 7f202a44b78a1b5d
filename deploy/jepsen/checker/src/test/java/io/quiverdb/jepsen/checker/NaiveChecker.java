package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The definition of linearizability, tried in every order: slow, without memory, and sharing
/// nothing with the checker that it judges.
final class NaiveChecker {
  private NaiveChecker() {}

  static boolean isLinearizable(List<Call> calls) {
    var possible = calls.stream().filter(call -> !call.isFailed()).toList();
    return canOrder(possible, Optional.empty());
  }

  private static boolean canOrder(List<Call> left, Optional<String> value) {
    if (left.stream().allMatch(Call::isOpen)) {
      return true;
    }
    for (var first : left) {
      if (left.stream().noneMatch(other -> precedes(other, first)) && explains(value, first)) {
        var rest = new ArrayList<>(left);
        rest.remove(first);
        if (canOrder(rest, valueAfter(value, first))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean precedes(Call call, Call other) {
    return call.answer().isPresent() && call.completedAt() < other.invokedAt();
  }

  private static boolean explains(Optional<String> value, Call call) {
    return switch (call.answer().orElse(null)) {
      case null -> true;
      case Answer.Value(var seen) -> seen.equals(value);
      case Answer.Mismatch() -> !holdsExpected(value, call);
      case Answer.Done() ->
          !(call.operation() instanceof Operation.CompareAndSet) || holdsExpected(value, call);
      case Answer.Entries _, Answer.Hits _ -> throw new AssertionError(call);
    };
  }

  private static Optional<String> valueAfter(Optional<String> value, Call call) {
    return switch (call.operation()) {
      case Operation.Read() -> value;
      case Operation.Write(var next) -> Optional.of(next);
      case Operation.Delete() -> Optional.empty();
      case Operation.CompareAndSet(_, var next) ->
          holdsExpected(value, call) ? Optional.of(next) : value;
      default -> throw new AssertionError(call);
    };
  }

  private static boolean holdsExpected(Optional<String> value, Call call) {
    return call.operation() instanceof Operation.CompareAndSet(var expected, _)
        && expected.equals(value);
  }
}
