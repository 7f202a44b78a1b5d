package io.quiverdb.jepsen.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the processes of a run did and saw, and what a nemesis did to them, in the order in which
/// it was written down. An operation took place, if it did, between its two events.
public final class History {
  private final List<Event> events;
  private final List<Call> calls;
  private final List<FaultSpan> faults;

  /// @throws IllegalArgumentException if times go back; if a completion belongs to no operation in
  ///   flight, or a process has two at a time, or comes back after an info; if a fault ends that is
  ///   not at work, or two have one id
  public static History of(List<Event> events) {
    var order = new EventOrder();
    events.forEach(order::accept);
    return new History(List.copyOf(events));
  }

  private History(List<Event> events) {
    this.events = events;
    this.calls = pairCalls(events);
    this.faults = pairFaults(events);
  }

  public List<Event> events() {
    return events;
  }

  /// Every operation, in order of invocation.
  public List<Call> calls() {
    return calls;
  }

  /// Every fault, in order of its beginning.
  public List<FaultSpan> faults() {
    return faults;
  }

  /// The operations on each collection, collections and operations in order of invocation. Those on
  /// no named one stand under the empty name.
  public Map<String, List<Call>> callsByCollection() {
    var byCollection = new LinkedHashMap<String, List<Call>>();
    for (var call : calls) {
      byCollection.computeIfAbsent(call.collection(), _ -> new ArrayList<>()).add(call);
    }
    return byCollection;
  }

  private static List<Call> pairCalls(List<Event> events) {
    var calls = new ArrayList<Call>();
    var callIndexes = new HashMap<Long, Integer>();
    for (int place = 0; place < events.size(); place++) {
      switch (events.get(place)) {
        case Event.Invoke invoke -> {
          callIndexes.put(invoke.process(), calls.size());
          calls.add(new Call(invoke, Optional.empty(), place, Call.NEVER));
        }
        case Event.Completion completion -> {
          int callIndex = callIndexes.getOrDefault(completion.invoke().process(), -1);
          var open = calls.get(callIndex);
          calls.set(
              callIndex, new Call(open.invoke(), Optional.of(completion), open.invokedAt(), place));
        }
        case Event.OfNemesis _ -> {}
      }
    }
    return List.copyOf(calls);
  }

  private static List<FaultSpan> pairFaults(List<Event> events) {
    var spans = new LinkedHashMap<Long, FaultSpan>();
    for (var event : events) {
      switch (event) {
        case Event.OfProcess _ -> {}
        case Event.FaultStarted start ->
            spans.put(start.fault().id(), new FaultSpan(start, Optional.empty()));
        case Event.FaultEnded end ->
            spans.computeIfPresent(
                end.fault().id(), (_, span) -> new FaultSpan(span.start(), Optional.of(end)));
      }
    }
    return List.copyOf(spans.values());
  }
}
