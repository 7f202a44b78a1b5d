package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A call as the sequential model sees it: what it needs and does, at one moment.
///
/// @param accesses of distinct keys
/// @param whenOpen the accesses while nobody knows how the call ends, should it take place; none if
///   it would explain nothing
record Step(Call call, List<Access> accesses, List<Access> whenOpen) {
  Step {
    accesses = List.copyOf(accesses);
    whenOpen = List.copyOf(whenOpen);
  }

  static Step observation(Call call, List<Access> accesses) {
    return new Step(call, accesses, List.of());
  }

  boolean isAnswered() {
    return call.answer().isPresent();
  }

  /// Needs others to explain it and explains none.
  boolean isObservation() {
    return accesses.stream().allMatch(Access::isObservation);
  }

  /// As [Call#before]; empty also if it would explain nothing then.
  Optional<Step> before(int place) {
    var cut = call.before(place);
    if (call.completedAt() < place || cut.isEmpty()) {
      return cut.map(_ -> this);
    }
    return whenOpen.isEmpty()
        ? Optional.empty()
        : Optional.of(new Step(cut.get(), whenOpen, whenOpen));
  }

  /// Steps that share keys, directly or through others, in order; each group can be judged by
  /// itself (locality: Herlihy and Wing 1990).
  static List<List<Step>> independent(List<Step> steps) {
    var groups = new DisjointSets();
    for (var step : steps) {
      for (var access : step.accesses()) {
        groups.join(step.accesses().getFirst().key(), access.key());
      }
    }
    var byGroup = new LinkedHashMap<String, List<Step>>();
    for (var step : steps) {
      if (!step.accesses().isEmpty()) {
        var group = groups.find(step.accesses().getFirst().key());
        byGroup.computeIfAbsent(group, _ -> new ArrayList<>()).add(step);
      }
    }
    return List.copyOf(byGroup.values());
  }

  /// Tarjan's union-find with path halving.
  private static final class DisjointSets {
    private final Map<String, String> parents = new HashMap<>();

    void join(String left, String right) {
      parents.put(find(right), find(left));
    }

    String find(String key) {
      var node = key;
      var parent = parents.getOrDefault(node, node);
      while (!parent.equals(node)) {
        var grandparent = parents.getOrDefault(parent, parent);
        parents.put(node, grandparent);
        node = grandparent;
        parent = parents.getOrDefault(node, node);
      }
      return node;
    }
  }
}
