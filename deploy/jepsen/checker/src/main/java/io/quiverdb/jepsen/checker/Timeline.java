package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// When one key may have held what, and when it certainly did. Judged from the ends of the calls
/// alone: what it calls possible may still contradict other observations, what it calls impossible
/// is so.
final class Timeline {
  static final Timeline NEVER_WRITTEN = new Timeline(List.of());

  /// Of a key whose values are computed: it tells nothing.
  static final Timeline COMPUTED = new Timeline(List.of());

  private static final int BEFORE_ALL = -1;

  /// @param call may have changed the key
  /// @param value what it then held, empty for absent
  record Change(Call call, Optional<String> value) {}

  /// @param value empty for absent
  /// @param write what wrote it; empty if it was absent from the beginning
  record Held(Optional<String> value, Optional<Call> write) {}

  /// A value that the key cannot have had any more.
  ///
  /// @param write the last that wrote it; empty if it was absent at first
  /// @param overwrite began after the write had ended, and had itself ended
  record Overwritten(Optional<Call> write, Call overwrite) {}

  /// From some moment after the first place to some moment before the second.
  private record Possible(Optional<Call> write, int from, int to, Optional<Call> overwrite) {}

  /// It held this, and nothing else, from one place in the history to the other.
  record Certain(Held held, int from, int to) {
    boolean covers(Call call) {
      return from < call.invokedAt() && call.completedAt() < to;
    }
  }

  private final Map<Optional<String>, List<Possible>> possible = new HashMap<>();
  private final List<Certain> certain = new ArrayList<>();

  Timeline(Collection<Change> changes) {
    var sorted = new ArrayList<>(changes);
    sorted.sort(Comparator.comparingInt(change -> change.call().invokedAt()));
    findPossible(sorted);
    findCertain(sorted);
  }

  private void findPossible(List<Change> sorted) {
    // Of the acknowledged changes from each on: which ended first.
    var firstEnds = new Call[sorted.size() + 1];
    for (int i = sorted.size() - 1; i >= 0; i--) {
      var call = sorted.get(i).call();
      var after = firstEnds[i + 1];
      boolean isFirst =
          call.answer().isPresent() && (after == null || call.completedAt() < after.completedAt());
      firstEnds[i] = isFirst ? call : after;
    }
    int[] begins = sorted.stream().mapToInt(change -> change.call().invokedAt()).toArray();
    addPossible(Optional.empty(), Optional.empty(), BEFORE_ALL, Optional.ofNullable(firstEnds[0]));
    for (var change : sorted) {
      var call = change.call();
      int end = end(call);
      int next = -1 - Arrays.binarySearch(begins, end); // no event is both an end and a begin
      var overwrite =
          end == Call.NEVER ? Optional.<Call>empty() : Optional.ofNullable(firstEnds[next]);
      addPossible(change.value(), Optional.of(call), call.invokedAt(), overwrite);
    }
  }

  private void addPossible(
      Optional<String> value, Optional<Call> write, int from, Optional<Call> overwrite) {
    possible
        .computeIfAbsent(value, _ -> new ArrayList<>())
        .add(
            new Possible(
                write, from, overwrite.map(Call::completedAt).orElse(Call.NEVER), overwrite));
  }

  private void findCertain(List<Change> sorted) {
    int firstBegin = sorted.isEmpty() ? Call.NEVER : sorted.getFirst().call().invokedAt();
    certain.add(new Certain(new Held(Optional.empty(), Optional.empty()), BEFORE_ALL, firstBegin));
    int lastEndBefore = BEFORE_ALL;
    for (int i = 0; i < sorted.size(); i++) {
      var change = sorted.get(i);
      var call = change.call();
      int next = i + 1 < sorted.size() ? sorted.get(i + 1).call().invokedAt() : Call.NEVER;
      if (call.answer().isPresent()
          && lastEndBefore < call.invokedAt()
          && call.completedAt() < next) {
        var held = new Held(change.value(), Optional.of(call));
        certain.add(new Certain(held, call.completedAt(), next));
      }
      lastEndBefore = Math.max(lastEndBefore, end(call));
    }
  }

  private static int end(Call call) {
    return call.answer().isPresent() ? call.completedAt() : Call.NEVER;
  }

  /// Whether it tells nothing.
  boolean isComputed() {
    return this == COMPUTED;
  }

  /// All that it may have held at any time, absence included.
  Set<Optional<String>> values() {
    return possible.keySet();
  }

  /// Whether the key may have held the value at some moment of the call.
  boolean isPossible(Optional<String> value, Call during) {
    return isComputed()
        || possible.getOrDefault(value, List.of()).stream()
            .anyMatch(span -> span.from() < during.completedAt() && during.invokedAt() < span.to());
  }

  /// Whether anything that began before the call ended may have written the value.
  boolean wasWritten(Optional<String> value, Call before) {
    return possible.getOrDefault(value, List.of()).stream()
        .anyMatch(span -> span.from() < before.completedAt());
  }

  /// Why a value that was written is not possible during the call.
  Overwritten whyImpossible(Optional<String> value, Call during) {
    var last =
        possible.getOrDefault(value, List.of()).stream()
            .filter(span -> span.from() < during.completedAt())
            .max(Comparator.comparingInt(Possible::to))
            .orElseThrow();
    return new Overwritten(last.write(), last.overwrite().orElseThrow());
  }

  /// What the key held during the whole call, where that is certain.
  Optional<Held> certainly(Call during) {
    if (isComputed()) {
      return Optional.empty();
    }
    int low = 0;
    int high = certain.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (certain.get(middle).from() < during.invokedAt()) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    var span = certain.get(low);
    return span.covers(during) ? Optional.of(span.held()) : Optional.empty();
  }

  /// Everything that it certainly held, in order. None where it tells nothing.
  List<Certain> certain() {
    return isComputed() ? List.of() : List.copyOf(certain);
  }
}
