package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Judges whether a write has one effect, however often its request is sent: all attempts that are
/// answered are answered alike and with one version; and counters hold the sum of what was added,
/// each request counted once. A counter is a key that is only read and added to, after one write
/// that may set it up. Judges requests and reads of counters.
public final class IdempotenceChecker implements Checker {
  @Override
  public String name() {
    return "idempotence";
  }

  @Override
  public Finding check(History history) {
    var accusations = new Accusations();
    int judgedCount = 0;
    for (var entry : history.callsByCollection().entrySet()) {
      var byRequest = Attempts.byRequest(entry.getValue());
      byRequest.forEach((request, attempts) -> judge(request, attempts, accusations));
      judgedCount += byRequest.size();
      judgedCount += judgeCounters(entry.getKey(), entry.getValue(), accusations);
    }
    return new Finding(name(), judgedCount, accusations.violations(), List.of());
  }

  private static void judge(String request, List<Call> attempts, Accusations accusations) {
    var subject = "request " + request;
    var first = attempts.getFirst();
    for (var attempt : attempts) {
      if (!attempt.operation().equals(first.operation()) || !attempt.key().equals(first.key())) {
        accusations.add(
            subject, "attempts at one request ask for different things", first, attempt);
        return;
      }
    }
    var answered = attempts.stream().filter(attempt -> attempt.answer().isPresent()).toList();
    for (var attempt : answered) {
      if (isMismatch(attempt) != isMismatch(answered.getFirst())) {
        accusations.add(
            subject, "one attempt was refused and another not", answered.getFirst(), attempt);
        return;
      }
    }
    var versioned =
        answered.stream().filter(attempt -> attempt.witness().version().isPresent()).toList();
    for (var attempt : versioned) {
      if (!attempt.witness().version().equals(versioned.getFirst().witness().version())) {
        accusations.add(
            subject, "two effects: attempts have two versions", versioned.getFirst(), attempt);
        return;
      }
    }
  }

  private static boolean isMismatch(Call call) {
    return call.answer().filter(Answer.Mismatch.class::isInstance).isPresent();
  }

  private static int judgeCounters(String collection, List<Call> calls, Accusations accusations) {
    Map<String, List<Call>> byKey = new LinkedHashMap<>();
    for (var call : Attempts.merge(calls)) {
      if (call.operation() instanceof Operation.OfKey) {
        byKey.computeIfAbsent(call.key(), _ -> new ArrayList<>()).add(call);
      }
    }
    int judgedCount = 0;
    for (var entry : byKey.entrySet()) {
      if (isCounter(entry.getValue())) {
        var ofKey = entry.getValue();
        boolean isSetUp = isSetUp(ofKey);
        long initial = isSetUp ? written(ofKey.getFirst()).orElseThrow() : 0;
        var counter = new Counter(Subjects.key(collection, entry.getKey()), initial, accusations);
        judgedCount += counter.judge(ofKey.subList(isSetUp ? 1 : 0, ofKey.size()));
      }
    }
    return judgedCount;
  }

  private static boolean isCounter(List<Call> calls) {
    return calls.stream().anyMatch(call -> call.operation() instanceof Operation.Increment)
        && calls.stream()
            .skip(isSetUp(calls) ? 1 : 0)
            .allMatch(
                call ->
                    call.operation() instanceof Operation.Increment
                        || call.operation() instanceof Operation.Read);
  }

  private static boolean isSetUp(List<Call> calls) {
    var first = calls.getFirst();
    return first.answer().isPresent()
        && written(first).isPresent()
        && calls.stream().skip(1).allMatch(first::precedes);
  }

  private static OptionalLong written(Call call) {
    var value =
        switch (call.operation()) {
          case Operation.Write(var written) -> written;
          case Operation.Upsert(_, var written) -> written;
          default -> "";
        };
    try {
      return OptionalLong.of(Long.parseLong(value));
    } catch (NumberFormatException notInteger) {
      return OptionalLong.empty();
    }
  }

  /// What a counter can hold during a read: all that was acknowledged before the read began, and of
  /// what may have been added before it ended any part.
  private static final class Counter {
    private sealed interface Moment {
      int place();

      record Begin(int place, Call call) implements Moment {}

      record End(int place, Call call) implements Moment {}
    }

    /// @param sum of what is certain
    /// @param low of what is certain, the least that may come of it
    private record Certain(long sum, long low, long high) {}

    private final String subject;
    private final long initial;
    private final Accusations accusations;
    // Of all that has begun: the sums of what takes away and of what adds.
    private long begunLow;
    private long begunHigh;
    private long certainLow;
    private long certainHigh;

    private Counter(String subject, long initial, Accusations accusations) {
      this.subject = subject;
      this.initial = initial;
      this.accusations = accusations;
    }

    private int judge(List<Call> calls) {
      var atBegin = new LinkedHashMap<Call, Certain>();
      int judgedCount = 0;
      for (var moment : moments(calls)) {
        switch (moment) {
          case Moment.Begin(_, var call) -> {
            if (call.operation() instanceof Operation.Increment(var by)) {
              begunLow += Math.min(0, by);
              begunHigh += Math.max(0, by);
            } else {
              atBegin.put(
                  call, new Certain(initial + certainLow + certainHigh, certainLow, certainHigh));
            }
          }
          case Moment.End(_, var call) -> {
            if (call.operation() instanceof Operation.Increment(var by)) {
              certainLow += Math.min(0, by);
              certainHigh += Math.max(0, by);
            } else {
              judge(call, Optional.ofNullable(atBegin.remove(call)).orElseThrow(), calls);
              judgedCount++;
            }
          }
        }
      }
      return judgedCount;
    }

    private void judge(Call read, Certain certain, List<Call> calls) {
      if (!(read.answer().orElse(null) instanceof Answer.Value(var value))) {
        return;
      }
      long low = certain.sum() + begunLow - certain.low();
      long high = certain.sum() + begunHigh - certain.high();
      long seen;
      try {
        seen = Long.parseLong(value.orElse("0"));
      } catch (NumberFormatException notInteger) {
        accusations.add(subject, "a counter holds what is no number", read);
        return;
      }
      if (seen < low || seen > high) {
        var claim =
            "%d is seen, which is %s what was added to it (expected: %d to %d)"
                .formatted(seen, seen < low ? "less than" : "more than", low, high);
        accusations.add(subject, claim, upTo(read, calls));
      }
    }

    private static List<Call> upTo(Call read, List<Call> calls) {
      var shown = new ArrayList<Call>();
      for (var call : calls) {
        if (call.invokedAt() < read.completedAt() && !isRead(call) && !call.isFailed()) {
          shown.add(call);
        }
      }
      shown.add(read);
      return shown;
    }

    private static List<Moment> moments(List<Call> calls) {
      var moments = new ArrayList<Moment>();
      for (var call : calls) {
        boolean added = !call.isFailed() && !isMismatch(call);
        boolean answered = call.answer().isPresent();
        if (added && (answered || !isRead(call))) {
          moments.add(new Moment.Begin(call.invokedAt(), call));
        }
        if (added && answered) {
          moments.add(new Moment.End(call.completedAt(), call));
        }
      }
      moments.sort(Comparator.comparingInt(Moment::place));
      return moments;
    }

    private static boolean isRead(Call call) {
      return call.operation() instanceof Operation.Read;
    }
  }
}
