package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Calls that are attempts at one write under one request id. Together they are one operation: it
/// took place, if it did, after the first of those that may have done it began, and before the
/// first was answered.
final class Attempts {
  private Attempts() {}

  /// The attempts at each request of one collection, in order of invocation.
  static Map<String, List<Call>> byRequest(List<Call> calls) {
    var byRequest = new LinkedHashMap<String, List<Call>>();
    for (var call : calls) {
      if (!call.invoke().request().isEmpty()) {
        byRequest.computeIfAbsent(call.invoke().request(), _ -> new ArrayList<>()).add(call);
      }
    }
    return byRequest;
  }

  /// One call for each request, and the calls without one as they are; in order of invocation.
  ///
  /// @param calls on one collection
  static List<Call> merge(List<Call> calls) {
    var merged = new ArrayList<Call>();
    for (var call : calls) {
      if (call.invoke().request().isEmpty()) {
        merged.add(call);
      }
    }
    byRequest(calls).values().forEach(attempts -> merged.add(one(attempts)));
    merged.sort(Comparator.comparingInt(Call::invokedAt));
    return merged;
  }

  /// The attempts as one call.
  static Call one(List<Call> attempts) {
    var possible = attempts.stream().filter(call -> !call.isFailed()).toList();
    if (possible.isEmpty()) {
      return attempts.getFirst();
    }
    var first = possible.getFirst();
    // Attempts of which one wrote and another found the condition broken are wrong, which is for
    // IdempotenceChecker to say; here the write counts.
    var answered =
        possible.stream()
            .filter(call -> call.answer().isPresent())
            .min(Comparator.comparing(Attempts::isMismatch).thenComparingInt(Call::completedAt));
    return answered
        .map(
            call ->
                new Call(first.invoke(), call.completion(), first.invokedAt(), call.completedAt()))
        .orElseGet(() -> new Call(first.invoke(), Optional.empty(), first.invokedAt(), Call.NEVER));
  }

  private static boolean isMismatch(Call call) {
    return call.answer().filter(Answer.Mismatch.class::isInstance).isPresent();
  }
}
