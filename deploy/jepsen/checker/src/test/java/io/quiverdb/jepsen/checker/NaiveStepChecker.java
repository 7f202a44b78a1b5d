package io.quiverdb.jepsen.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// As [NaiveChecker], of steps on many keys.
final class NaiveStepChecker {
  private NaiveStepChecker() {}

  static boolean isLinearizable(List<Step> steps) {
    return canOrder(steps, Map.of());
  }

  private static boolean canOrder(List<Step> left, Map<String, String> held) {
    if (left.stream().noneMatch(Step::isAnswered)) {
      return true;
    }
    for (var first : left) {
      boolean mayBeFirst =
          left.stream()
              .noneMatch(
                  other ->
                      other.isAnswered() && other.call().completedAt() < first.call().invokedAt());
      var after = mayBeFirst ? after(held, first) : Optional.<Map<String, String>>empty();
      if (after.isPresent()) {
        var rest = new ArrayList<>(left);
        rest.remove(first);
        if (canOrder(rest, after.get())) {
          return true;
        }
      }
    }
    return false;
  }

  private static Optional<Map<String, String>> after(Map<String, String> held, Step step) {
    var after = new HashMap<>(held);
    for (var access : step.accesses()) {
      var before = Optional.ofNullable(held.get(access.key()));
      if (!access.need().accepts(before)) {
        return Optional.empty();
      }
      switch (access.effect()) {
        case Effect.None() -> {}
        case Effect.Put(var value) -> {
          if (value.isPresent()) {
            after.put(access.key(), value.get());
          } else {
            after.remove(access.key());
          }
        }
        case Effect.Add(var by) -> {
          if (!before.orElse("0").matches("-?\\d+")) {
            return Optional.empty();
          }
          after.put(access.key(), String.valueOf(Long.parseLong(before.orElse("0")) + by));
        }
      }
    }
    return Optional.of(after);
  }
}
