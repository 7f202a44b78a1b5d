package io.quiverdb.jepsen.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the processes of a run did and saw, in the order in which it was written down. An operation
/// took place, if it did, between its two events.
public final class History {
  private final List<Event> events;
  private final List<Call> calls;

  /// @throws IllegalArgumentException if a completion belongs to no operation in flight, or a
  ///   process has two at a time, or comes back after an info
  public static History of(List<Event> events) {
    var inFlight = new InFlight();
    events.forEach(inFlight::accept);
    return new History(List.copyOf(events));
  }

  private History(List<Event> events) {
    this.events = events;
    this.calls = pair(events);
  }

  public List<Event> events() {
    return events;
  }

  /// Every operation, in order of invocation.
  public List<Call> calls() {
    return calls;
  }

  /// The operations on each key, keys and operations in order of invocation.
  public Map<String, List<Call>> callsByKey() {
    var byKey = new LinkedHashMap<String, List<Call>>();
    for (var call : calls) {
      byKey.computeIfAbsent(call.key(), _ -> new ArrayList<>()).add(call);
    }
    return byKey;
  }

  private static List<Call> pair(List<Event> events) {
    var calls = new ArrayList<Call>();
    var callIndexes = new HashMap<Long, Integer>();
    for (int place = 0; place < events.size(); place++) {
      var event = events.get(place);
      long process = event.invoke().process();
      switch (event) {
        case Event.Invoke invoke -> {
          callIndexes.put(process, calls.size());
          calls.add(new Call(invoke, Optional.empty(), place, Call.NEVER));
        }
        case Event.Completion completion -> {
          int callIndex = callIndexes.getOrDefault(process, -1);
          var open = calls.get(callIndex);
          calls.set(
              callIndex, new Call(open.invoke(), Optional.of(completion), open.invokedAt(), place));
        }
      }
    }
    return List.copyOf(calls);
  }
}
