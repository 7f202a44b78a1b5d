package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Hit;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// The calls on a collection as steps on its keys. A scan and a search see each key at some moment,
/// not all at the same, and so become a step for each key: a key that an exact search has not found
/// was absent, or too far. A drop deletes every key. What an observation sees of a key that
/// certainly held just that is left out: it is met in every order of the others.
final class CollectionSteps {
  private final List<Call> calls;
  private final Timelines timelines;
  private final Distances distances;
  private final List<Step> steps = new ArrayList<>();

  /// The steps of every collection in groups that share no keys, by a name for people.
  static Map<String, List<Step>> groups(History history) {
    var groups = new LinkedHashMap<String, List<Step>>();
    history
        .callsByCollection()
        .forEach(
            (collection, calls) -> {
              for (var group : Step.independent(of(calls))) {
                groups.put(subject(collection, group), group);
              }
            });
    return groups;
  }

  /// @param calls on one collection
  static List<Step> of(List<Call> calls) {
    return new CollectionSteps(Attempts.merge(calls)).steps();
  }

  private CollectionSteps(List<Call> calls) {
    this.calls = calls;
    timelines = new Timelines(calls);
    distances = new Distances(calls);
  }

  private static String subject(String collection, List<Step> group) {
    var keys = new TreeSet<String>();
    for (var step : group) {
      step.accesses().forEach(access -> keys.add(access.key()));
    }
    var first = Subjects.key(collection, keys.first());
    return keys.size() == 1 ? first : first + " and " + (keys.size() - 1) + " others";
  }

  private List<Step> steps() {
    for (var call : calls) {
      switch (call.operation()) {
        case Operation.Scan() -> addScan(call);
        case Operation.Search search -> addSearch(call, search);
        case Operation.Drop() -> addDrop(call);
        case Operation.Create(),
            Operation.Exists(),
            Operation.ListCollections(),
            Operation.OfSession _ -> {}
        case Operation.OfKey _,
            Operation.WriteBatch _,
            Operation.ReadBatch _,
            Operation.Transfer _ ->
            Model.step(call).ifPresent(steps::add);
      }
    }
    return steps;
  }

  private void addScan(Call scan) {
    if (!(scan.answer().orElse(null) instanceof Answer.Entries(var entries))) {
      return;
    }
    var byId = new LinkedHashMap<String, List<Entry>>();
    entries.forEach(entry -> byId.computeIfAbsent(entry.id(), _ -> new ArrayList<>()).add(entry));
    var ids = new LinkedHashSet<>(timelines.ids());
    ids.addAll(byId.keySet());
    for (var id : ids) {
      var seen = byId.getOrDefault(id, List.of());
      var part = answered(scan, new Answer.Entries(seen));
      if (seen.isEmpty()) {
        addSight(scan, part, id, Optional.empty());
      }
      seen.forEach(entry -> addSight(scan, part, id, Optional.of(entry.value())));
    }
  }

  private void addSearch(Call call, Operation.Search search) {
    if (!(call.answer().orElse(null) instanceof Answer.Hits answer)) {
      return;
    }
    var found = new HashSet<String>();
    for (var hit : answer.hits()) {
      found.add(hit.entry().id());
      addSight(call, call, hit.entry().id(), Optional.of(hit.entry().value()));
    }
    if (!search.exact()) {
      return;
    }
    var worst = distances.worst(search, answer);
    for (var id : timelines.ids()) {
      if (!found.contains(id)) {
        addMiss(call, search, id, worst);
      }
    }
  }

  private void addMiss(
      Call call, Operation.Search search, String id, Optional<Distances.Worst> worst) {
    if (timelines.of(id).isComputed()) {
      return;
    }
    var allowed = new HashSet<Optional<String>>();
    for (var value : timelines.of(id).values()) {
      if (value.isEmpty() || !distances.mustBeFound(id, value.get(), search, worst)) {
        allowed.add(value);
      }
    }
    if (!timelines
        .of(id)
        .certainly(call)
        .filter(held -> allowed.contains(held.value()))
        .isPresent()) {
      steps.add(Step.observation(call, List.of(Access.read(id, new Need.OneOf(allowed)))));
    }
  }

  private void addSight(Call call, Call shown, String id, Optional<String> value) {
    if (!timelines.of(id).certainly(call).filter(held -> held.value().equals(value)).isPresent()) {
      steps.add(Step.observation(shown, List.of(Access.sees(id, value))));
    }
  }

  private void addDrop(Call drop) {
    boolean refused = drop.answer().filter(Answer.Mismatch.class::isInstance).isPresent();
    if (drop.isFailed() || refused) {
      return;
    }
    for (var id : timelines.ids()) {
      var deletes = List.of(Access.puts(id, Optional.empty()));
      steps.add(new Step(drop, deletes, deletes));
    }
  }

  /// The call with another answer: what of it concerns one key.
  static Call answered(Call call, Answer answer) {
    if (!(call.completion().orElse(null) instanceof Event.Ok ok)) {
      return call;
    }
    var part = new Event.Ok(ok.invoke(), answer, ok.witness(), ok.timeNanos());
    return new Call(call.invoke(), Optional.of(part), call.invokedAt(), call.completedAt());
  }

  /// As above: what a scan, a batch of reads or a search says of one key.
  static Call onlyOf(Call call, String id) {
    return switch (call.answer().orElse(null)) {
      case Answer.Entries(var entries) ->
          answered(
              call,
              new Answer.Entries(entries.stream().filter(entry -> entry.id().equals(id)).toList()));
      case Answer.Hits(var hits) -> answered(call, new Answer.Hits(hitsOf(hits, id)));
      case Answer.Value _, Answer.Done _, Answer.Mismatch _ -> call;
      case null -> call;
    };
  }

  private static List<Hit> hitsOf(List<Hit> hits, String id) {
    return hits.stream().filter(hit -> hit.entry().id().equals(id)).toList();
  }
}
