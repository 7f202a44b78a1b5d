package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Judges what sessions are promised (Terry et al. 1994), each by itself: a session reads its own
/// writes, what it has seen does not go away again, and one that takes over what another has seen
/// sees all of that, the other's writes and what these followed.
///
/// Each key is written by one session, values one after the other, and by none any more after a
/// write of unknown outcome; so of two values of a key it is known which is newer. Judges reads of
/// sessions, in O(n).
public final class SessionChecker implements Checker {
  @Override
  public String name() {
    return "session";
  }

  @Override
  public Finding check(History history) {
    var accusations = new Accusations();
    int judgedCount = 0;
    for (var entry : history.callsByCollection().entrySet()) {
      judgedCount += new Sessions(entry.getKey(), entry.getValue(), accusations).judge();
    }
    return new Finding(name(), judgedCount, accusations.violations(), List.of());
  }

  /// Something that a session has seen or done: a key held at least its `rank`-th value.
  private record Sight(int rank, Call by) {}

  /// What a session has seen of each key after as many of its operations as it had ended.
  private static final class Seen {
    final Map<String, Sight> now = new HashMap<>();
    final List<Map<String, Sight>> afterEach = new ArrayList<>(List.of(Map.of()));

    void saw(String key, Sight sight) {
      now.merge(key, sight, (old, other) -> other.rank() > old.rank() ? other : old);
    }
  }

  private record Moment(int place, Call call, boolean isBegin) {}

  private static final class Sessions {
    private final String collection;
    private final List<Call> calls;
    private final Accusations accusations;
    private final Map<String, Map<String, Integer>> ranks = new HashMap<>();
    private final Map<String, Seen> seen = new LinkedHashMap<>();
    private final Map<Integer, Optional<Sight>> owed = new HashMap<>();
    private int judgedCount;

    Sessions(String collection, List<Call> calls, Accusations accusations) {
      this.collection = collection;
      this.calls =
          calls.stream().filter(call -> call.operation() instanceof Operation.OfSession).toList();
      this.accusations = accusations;
    }

    int judge() {
      for (var call : calls) {
        if (call.operation() instanceof Operation.SessionWrite(_, var key, var value)
            && !call.isFailed()) {
          var ofKey = ranks.computeIfAbsent(key, _ -> new HashMap<>());
          ofKey.putIfAbsent(value, ofKey.size() + 1);
        }
      }
      var moments = new ArrayList<Moment>();
      for (var call : calls) {
        moments.add(new Moment(call.invokedAt(), call, true));
        if (call.answer().isPresent()) {
          moments.add(new Moment(call.completedAt(), call, false));
        }
      }
      moments.sort(Comparator.comparingInt(Moment::place));
      for (var moment : moments) {
        if (moment.isBegin()) {
          begin(moment.call());
        } else {
          end(moment.call());
        }
      }
      return judgedCount;
    }

    private Seen of(String session) {
      return seen.computeIfAbsent(session, _ -> new Seen());
    }

    private void begin(Call call) {
      if (call.operation() instanceof Operation.SessionRead(var session, var key)) {
        owed.put(call.invokedAt(), Optional.ofNullable(of(session).now.get(key)));
      }
    }

    private void end(Call call) {
      var answer = call.answer().orElseThrow();
      switch (call.operation()) {
        case Operation.SessionWrite(var session, var key, var value) ->
            of(session).saw(key, new Sight(rank(key, value), call));
        case Operation.SessionRead(var session, var key)
            when answer instanceof Answer.Value(var value) ->
            judge(call, session, key, value);
        case Operation.SessionJoin(var session, var other, var operationCount) ->
            join(session, of(other), operationCount);
        default ->
            throw new IllegalArgumentException("operation: " + call + " (expected: another)");
      }
      var own = of(((Operation.OfSession) call.operation()).session());
      own.afterEach.add(Map.copyOf(own.now));
    }

    private void join(String session, Seen other, long operationCount) {
      int known = (int) Math.min(operationCount, other.afterEach.size() - 1L);
      other.afterEach.get(known).forEach(of(session)::saw);
    }

    private int rank(String key, String value) {
      return ranks.getOrDefault(key, Map.of()).getOrDefault(value, -1);
    }

    private void judge(Call read, String session, String key, Optional<String> value) {
      judgedCount++;
      int rank = value.map(found -> rank(key, found)).orElse(0);
      var subject = Subjects.key(collection, key);
      if (rank < 0) {
        accusations.add(subject, "invented: nobody wrote it", read);
        return;
      }
      var least = owed.getOrDefault(read.invokedAt(), Optional.empty());
      if (least.isPresent() && rank < least.get().rank()) {
        accusations.add(subject, claim(session, least.get().by()), least.get().by(), read);
      }
      if (rank > 0) {
        of(session).saw(key, new Sight(rank, read));
      }
    }

    private static String claim(String session, Call by) {
      return switch (by.operation()) {
        case Operation.SessionWrite(var writer, _, _) when writer.equals(session) ->
            "a session does not read its own write";
        case Operation.OfSession other when other.session().equals(session) ->
            "a session does not see any more what it has seen";
        default -> "a session does not see what it took over from another";
      };
    }
  }
}
