package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// When the keys of a collection may have held what, and when they certainly did.
final class Timelines {
  private final Map<String, Timeline> timelines = new LinkedHashMap<>();

  /// @param calls on one collection, attempts merged
  Timelines(List<Call> calls) {
    var changes = new LinkedHashMap<String, List<Timeline.Change>>();
    Set<String> computed = new HashSet<>();
    var drops = new ArrayList<Call>();
    for (var call : calls) {
      if (call.isFailed() || isMismatch(call)) {
        continue;
      }
      switch (call.operation()) {
        case Operation.Write(var value) -> add(changes, call.key(), call, Optional.of(value));
        case Operation.Upsert(_, var value) -> add(changes, call.key(), call, Optional.of(value));
        case Operation.CompareAndSet(_, var next) ->
            add(changes, call.key(), call, Optional.of(next));
        case Operation.Delete() -> add(changes, call.key(), call, Optional.empty());
        case Operation.WriteBatch(var entries) ->
            entries.forEach(entry -> add(changes, entry.id(), call, Optional.of(entry.value())));
        case Operation.Increment _ -> computed.add(call.key());
        case Operation.Transfer(var from, var to, _) -> computed.addAll(List.of(from, to));
        case Operation.Drop() -> drops.add(call);
        case Operation.Read(),
            Operation.Scan(),
            Operation.ReadBatch _,
            Operation.Search _,
            Operation.OfSession _,
            Operation.Create(),
            Operation.Exists(),
            Operation.ListCollections() -> {}
      }
    }
    changes.forEach(
        (id, ofId) -> {
          drops.forEach(drop -> ofId.add(new Timeline.Change(drop, Optional.empty())));
          timelines.put(id, new Timeline(ofId));
        });
    computed.forEach(id -> timelines.put(id, Timeline.COMPUTED));
  }

  private static boolean isMismatch(Call call) {
    return call.answer().filter(Answer.Mismatch.class::isInstance).isPresent();
  }

  private static void add(
      Map<String, List<Timeline.Change>> changes, String id, Call call, Optional<String> value) {
    changes.computeIfAbsent(id, _ -> new ArrayList<>()).add(new Timeline.Change(call, value));
  }

  /// The keys that may ever have held something.
  Set<String> ids() {
    return timelines.keySet();
  }

  Timeline of(String id) {
    return timelines.getOrDefault(id, Timeline.NEVER_WRITTEN);
  }
}
