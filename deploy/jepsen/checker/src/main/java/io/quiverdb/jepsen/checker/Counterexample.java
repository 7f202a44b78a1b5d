package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Makes a set of steps that cannot be ordered smaller, in a way that keeps it a proof: whatever is
/// left out could be left out of a good history too, and it would still be good. That holds for
/// - all events from some moment on: calls that had ended by then keep their answer, the others are
///   in flight;
/// - an observation;
/// - a step that writes, together with all observations that what it wrote can explain, where no
///   other step that writes needs what it wrote, and nothing is added to its keys. To leave out the
///   write alone would turn the reads of its value into a false accusation.
///
/// Chunks are tried in falling size, after Zeller and Hildebrandt's delta debugging (2002).
final class Counterexample {
  private final Predicate<List<Step>> isProof;
  private List<Step> steps;

  /// @param steps cannot be ordered
  /// @param isProof whether steps certainly cannot be ordered
  /// @return steps that cannot be ordered either: some of those given, in the same order, those
  ///   that ended after the decisive moment as they are while in flight
  static List<Step> shrink(List<Step> steps, Predicate<List<Step>> isProof) {
    return new Counterexample(steps, isProof).shrink();
  }

  private Counterexample(List<Step> steps, Predicate<List<Step>> isProof) {
    this.steps = steps;
    this.isProof = isProof;
  }

  private List<Step> shrink() {
    cutAtTheDecisiveMoment();
    int sizeBefore;
    do {
      sizeBefore = steps.size();
      leaveOut(observations());
      leaveOut(writesWithTheirReaders());
    } while (steps.size() < sizeBefore);
    return steps;
  }

  /// A prefix of a good history is good, so the shortest bad one can be found by halving.
  private void cutAtTheDecisiveMoment() {
    int good = 0;
    int bad = 1 + steps.stream().mapToInt(Counterexample::lastPlace).max().orElse(0);
    while (bad - good > 1) {
      int middle = (good + bad) >>> 1;
      var prefix = steps.stream().flatMap(step -> step.before(middle).stream()).toList();
      if (isProof.test(prefix)) {
        steps = prefix;
        bad = middle;
      } else {
        good = middle;
      }
    }
  }

  private static int lastPlace(Step step) {
    var call = step.call();
    return call.completedAt() == Call.NEVER ? call.invokedAt() : call.completedAt();
  }

  private List<Set<Step>> observations() {
    return steps.stream()
        .filter(Step::isObservation)
        .map(step -> identitySet(List.of(step)))
        .toList();
  }

  private List<Set<Step>> writesWithTheirReaders() {
    var readers = new Readers(steps);
    var groups = new ArrayList<Set<Step>>();
    for (var step : steps) {
      if (!step.isObservation()) {
        readers.of(step).ifPresent(group -> groups.add(group));
      }
    }
    return groups;
  }

  /// Leaves out as many of the groups as the proof can do without.
  private void leaveOut(List<Set<Step>> groups) {
    var left = new ArrayList<>(groups);
    for (int chunkSize = left.size(); chunkSize > 0; chunkSize /= 2) {
      int start = 0;
      while (start < left.size()) {
        var chunk = left.subList(start, Math.min(start + chunkSize, left.size()));
        var out = identitySet(chunk.stream().flatMap(Set::stream).toList());
        var candidate = steps.stream().filter(step -> !out.contains(step)).toList();
        if (isProof.test(candidate)) {
          steps = candidate;
          chunk.clear();
        } else {
          start += chunkSize;
        }
      }
    }
  }

  /// Steps hold long answers and are never equal otherwise.
  private static Set<Step> identitySet(Collection<Step> steps) {
    Set<Step> set = Collections.newSetFromMap(new IdentityHashMap<>());
    set.addAll(steps);
    return set;
  }

  /// Which steps need what others write.
  private static final class Readers {
    private record Held(String key, Optional<String> value) {}

    private final Map<Held, List<Step>> ofValue = new HashMap<>();
    private final Map<String, List<Step>> ofOneOfSeveral = new HashMap<>();
    private final Set<String> keysAddedTo = new HashSet<>();

    private Readers(Collection<Step> steps) {
      for (var step : steps) {
        for (var access : step.accesses()) {
          switch (access.need()) {
            case Need.Any() -> {}
            case Need.Only(var value) -> add(ofValue, new Held(access.key(), value), step);
            case Need.Not _, Need.OneOf _ -> add(ofOneOfSeveral, access.key(), step);
          }
          if (access.effect() instanceof Effect.Add) {
            keysAddedTo.add(access.key());
          }
        }
      }
    }

    private static <K> void add(Map<K, List<Step>> steps, K key, Step step) {
      steps.computeIfAbsent(key, _ -> new ArrayList<>()).add(step);
    }

    /// The step with its readers, empty if it cannot be left out with them.
    private Optional<Set<Step>> of(Step writer) {
      var group = identitySet(List.of(writer));
      for (var access : writer.accesses()) {
        if (keysAddedTo.contains(access.key())) {
          return Optional.empty();
        }
        if (access.effect() instanceof Effect.Put(var value)) {
          group.addAll(ofValue.getOrDefault(new Held(access.key(), value), List.of()));
          ofOneOfSeveral.getOrDefault(access.key(), List.of()).stream()
              .filter(step -> mayRead(step, access.key(), value))
              .forEach(group::add);
        }
      }
      boolean onlyObserved =
          group.stream().allMatch(step -> step.equals(writer) || step.isObservation());
      return onlyObserved ? Optional.of(group) : Optional.empty();
    }

    private static boolean mayRead(Step step, String key, Optional<String> value) {
      return step.accesses().stream()
          .anyMatch(access -> access.key().equals(key) && access.need().accepts(value));
    }
  }
}
