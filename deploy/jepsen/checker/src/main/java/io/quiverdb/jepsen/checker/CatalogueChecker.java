package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.History;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Judges whether creates, drops, looks and lists are linearizable, a list seeing all names at one
/// moment; whether two collections have one id; and whether a collection shows what an older one of
/// its name held. There is none of any name at first. A call on a collection that was told that
/// there is none is a fail, or a refused drop. Judges names, and what was seen in collections that
/// are dropped.
public final class CatalogueChecker implements Checker {
  private static final String SUBJECT = "the catalogue";

  private final Linearizer linearizer;

  /// One thread, [LinearizabilityChecker#DEFAULT_STATES_MAX].
  public CatalogueChecker() {
    this(LinearizabilityChecker.DEFAULT_STATES_MAX, 1);
  }

  /// @param statesMax as of [LinearizabilityChecker]
  public CatalogueChecker(int statesMax, int threadCount) {
    linearizer = new Linearizer(statesMax, threadCount);
  }

  @Override
  public String name() {
    return "catalogue";
  }

  @Override
  public Finding check(History history) {
    var names = new Names(history.calls());
    if (names.isEmpty()) {
      return new Finding(name(), 0, List.of(), List.of());
    }
    var groups = new LinkedHashMap<String, List<Step>>();
    for (var group : Step.independent(names.steps())) {
      groups.put(subject(group), group);
    }
    var order = linearizer.judge(name(), groups);
    var accusations = new Accusations();
    judgeIds(history.calls(), accusations);
    int judgedCount = order.judgedCount() + judgeContents(history, accusations);
    var violations = new ArrayList<>(order.violations());
    violations.addAll(accusations.violations());
    return new Finding(name(), judgedCount, violations, order.unknown());
  }

  private static String subject(List<Step> group) {
    var names = new LinkedHashSet<String>();
    group.forEach(step -> step.accesses().forEach(access -> names.add(access.key())));
    return names.size() == 1 ? Subjects.collection(names.getFirst()) : SUBJECT;
  }

  private static void judgeIds(List<Call> calls, Accusations accusations) {
    var creates = new HashMap<String, Call>();
    for (var call : Attempts.merge(calls)) {
      if (call.operation() instanceof Operation.Create
          && call.answer().orElse(null) instanceof Answer.Value(var id)) {
        var other = creates.put(id.orElseThrow(), call);
        if (other != null) {
          accusations.add(
              Subjects.collection(call.collection()), "two collections have one id", other, call);
        }
      }
    }
  }

  private static int judgeContents(History history, Accusations accusations) {
    int judgedCount = 0;
    for (var entry : history.callsByCollection().entrySet()) {
      var calls = Attempts.merge(entry.getValue());
      if (calls.stream().anyMatch(call -> call.operation() instanceof Operation.Drop)) {
        judgedCount += judgeContents(entry.getKey(), calls, accusations);
      }
    }
    return judgedCount;
  }

  private static int judgeContents(String collection, List<Call> calls, Accusations accusations) {
    var sights = new Sights(collection, new Timelines(calls), accusations);
    int judgedCount = 0;
    for (var call : calls) {
      switch (call.answer().orElse(null)) {
        case Answer.Value(var value) when call.operation() instanceof Operation.Read -> {
          sights.judge(call, call.key(), value);
          judgedCount++;
        }
        case Answer.Entries(var entries) -> {
          entries.forEach(entry -> sights.judge(call, entry.id(), Optional.of(entry.value())));
          judgedCount++;
        }
        case Answer.Hits(var hits) -> {
          hits.forEach(
              hit -> sights.judge(call, hit.entry().id(), Optional.of(hit.entry().value())));
          judgedCount++;
        }
        case null, default -> {}
      }
    }
    return judgedCount;
  }

  /// The catalogue as keys: each name holds the id of its collection.
  private static final class Names {
    /// What a name holds after a create that has told no id.
    private static final String UNTOLD = "created at ";

    private final List<Call> calls;
    private final Set<String> names = new LinkedHashSet<>();
    private final Map<String, Set<Optional<String>>> untold = new HashMap<>();

    private Names(List<Call> all) {
      calls =
          Attempts.merge(
              all.stream()
                  .filter(call -> call.operation() instanceof Operation.OfCatalog)
                  .toList());
      for (var call : calls) {
        if (!(call.operation() instanceof Operation.ListCollections)) {
          names.add(call.collection());
        }
        if (call.operation() instanceof Operation.Create
            && !(call.answer().orElse(null) instanceof Answer.Value)) {
          untold.computeIfAbsent(call.collection(), _ -> new HashSet<>()).add(untold(call));
        }
      }
    }

    private boolean isEmpty() {
      return names.isEmpty();
    }

    private List<Step> steps() {
      var steps = new ArrayList<Step>();
      for (var call : calls) {
        if (!call.isFailed()) {
          step(call).ifPresent(steps::add);
        }
      }
      return steps;
    }

    private Optional<Step> step(Call call) {
      var whenOpen = whenOpen(call);
      if (call.isOpen()) {
        return whenOpen.isEmpty()
            ? Optional.empty()
            : Optional.of(new Step(call, whenOpen, whenOpen));
      }
      var accesses = answered(call, whenOpen);
      return accesses.isEmpty()
          ? Optional.empty()
          : Optional.of(new Step(call, accesses, whenOpen));
    }

    private static List<Access> whenOpen(Call call) {
      return switch (call.operation()) {
        case Operation.Create() ->
            List.of(
                new Access(
                    call.collection(),
                    new Need.Only(Optional.empty()),
                    new Effect.Put(
                        call.answer().orElse(null) instanceof Answer.Value(var id)
                            ? id
                            : untold(call))));
        case Operation.Drop() ->
            List.of(
                new Access(
                    call.collection(),
                    new Need.Not(Optional.empty()),
                    new Effect.Put(Optional.empty())));
        default -> List.of();
      };
    }

    private List<Access> answered(Call call, List<Access> whenOpen) {
      var name = call.collection();
      return switch (call.answer().orElseThrow()) {
        case Answer.Done() -> whenOpen;
        case Answer.Value _ when call.operation() instanceof Operation.Create -> whenOpen;
        case Answer.Mismatch() ->
            List.of(
                call.operation() instanceof Operation.Create
                    ? Access.read(name, new Need.Not(Optional.empty()))
                    : Access.sees(name, Optional.empty()));
        case Answer.Value(var id) -> List.of(sees(name, id));
        case Answer.Entries(var entries) -> list(entries);
        case Answer.Hits _ -> throw new AssertionError(call);
      };
    }

    private List<Access> list(List<Entry> entries) {
      var ids = new HashMap<String, String>();
      entries.forEach(entry -> ids.put(entry.id(), entry.value()));
      return names.stream().map(name -> sees(name, Optional.ofNullable(ids.get(name)))).toList();
    }

    /// An empty id says only that there is one. One whose create told none may have any.
    private Access sees(String name, Optional<String> id) {
      if (id.isEmpty()) {
        return Access.sees(name, id);
      }
      if (id.get().isEmpty()) {
        return Access.read(name, new Need.Not(Optional.empty()));
      }
      var possible = new HashSet<>(untold.getOrDefault(name, Set.of()));
      possible.add(id);
      return possible.size() == 1
          ? Access.sees(name, id)
          : Access.read(name, new Need.OneOf(possible));
    }

    private static Optional<String> untold(Call create) {
      return Optional.of(UNTOLD + create.invokedAt());
    }
  }
}
