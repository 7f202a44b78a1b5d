package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Judges whether a history is linearizable (Herlihy and Wing 1990): whether each operation can be
/// given one moment between its invocation and its completion such that, in the order of these
/// moments, every answer is what keys that are absent at first would have said. A failed operation
/// has no moment; one that ended with info, or never ended, has any later moment or none. All
/// attempts under one request id are one operation.
///
/// Keys are judged one by one, keys of a batch or a transfer together: a history is linearizable
/// exactly if each group's is (locality; as P-compositionality in Horn and Kroening 2015). The work
/// grows with the operations in flight at a time on one group: with more than 10, or 1,000 in all,
/// go on to another key or expect unknown.
public final class LinearizabilityChecker implements Checker {
  public static final int DEFAULT_STATES_MAX = Linearizer.DEFAULT_STATES_MAX;

  private final Linearizer linearizer;

  /// One thread, [#DEFAULT_STATES_MAX].
  public LinearizabilityChecker() {
    this(DEFAULT_STATES_MAX, 1);
  }

  /// @param statesMax states explored on one group of keys before giving up; 32 bytes each
  /// @param threadCount groups judged at a time
  public LinearizabilityChecker(int statesMax, int threadCount) {
    linearizer = new Linearizer(statesMax, threadCount);
  }

  @Override
  public String name() {
    return "linearizable";
  }

  @Override
  public boolean fits(History history) {
    return !history.calls().isEmpty();
  }

  /// Judges groups of keys.
  @Override
  public Finding check(History history) {
    var groups = new LinkedHashMap<String, List<Step>>();
    history.callsByCollection().forEach((collection, calls) -> add(groups, collection, calls));
    return linearizer.judge(name(), groups);
  }

  private static void add(Map<String, List<Step>> groups, String collection, List<Call> calls) {
    var steps = Attempts.merge(calls).stream().flatMap(call -> Model.step(call).stream()).toList();
    for (var group : Step.independent(steps)) {
      groups.put(subject(collection, group), group);
    }
  }

  private static String subject(String collection, List<Step> group) {
    var keys = new TreeSet<String>();
    for (var step : group) {
      step.accesses().forEach(access -> keys.add(access.key()));
    }
    var prefix = collection.isEmpty() ? "key " : "key " + collection + "/";
    return keys.size() == 1
        ? prefix + keys.first()
        : prefix + keys.first() + " and " + (keys.size() - 1) + " others";
  }
}
