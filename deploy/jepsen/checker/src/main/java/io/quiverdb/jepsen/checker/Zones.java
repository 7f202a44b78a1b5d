package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Decides in O(n log n) whether reads and writes of one key are linearizable, where no value is
/// written twice, so that every read names its write (Gibbons and Korach, "Testing Shared
/// Memories", 1997).
///
/// The *zone* of a value lies between the earliest completion and the latest invocation among its
/// write and its reads: a *forward* zone where the completion comes first, during which the key
/// must hold the value; else a *backward* one, somewhere within which it must have held it for a
/// moment. There is an order exactly if no read ends before its write begins, forward zones do not
/// overlap, and no backward zone lies within a forward one.
final class Zones {
  private static final int BEFORE_ALL = -1;

  /// @param firstEnd the call that ended first; the first moment of a history stands for the write
  ///   of what is absent at first
  private record Zone(
      Optional<Call> write, Optional<Call> firstEnd, Optional<Call> lastBegin, int min, int max) {
    boolean isForward() {
      return min < max;
    }

    Stream<Call> calls() {
      return Stream.of(write, firstEnd, lastBegin).flatMap(Optional::stream);
    }
  }

  private final Map<Optional<String>, Call> writes = new HashMap<>();
  private final Map<Optional<String>, List<Call>> reads = new HashMap<>();

  private Zones(List<Step> steps) {
    for (var step : steps) {
      var access = step.accesses().getFirst();
      if (access.effect() instanceof Effect.Put(var value)) {
        writes.put(value, step.call());
      } else if (access.need() instanceof Need.Only(var value)) {
        reads.computeIfAbsent(value, _ -> new ArrayList<>()).add(step.call());
      }
    }
  }

  /// Whether there are only reads of one key and writes of distinct values to it. A delete makes it
  /// ambiguous which absence is read.
  static boolean fit(List<Step> steps) {
    var written = new HashMap<Optional<String>, Step>();
    for (var step : steps) {
      if (step.accesses().size() != 1) {
        return false;
      }
      var access = step.accesses().getFirst();
      boolean fits =
          switch (access.effect()) {
            case Effect.None() -> access.need() instanceof Need.Only;
            case Effect.Put(var value) ->
                access.need() instanceof Need.Any
                    && value.isPresent()
                    && written.put(value, step) == null;
            case Effect.Add _ -> false;
          };
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  /// Calls that cannot be ordered, at most six; none if all can.
  ///
  /// @param steps that fit, on one key
  static List<Call> accuse(List<Step> steps) {
    return new Zones(steps).accuse();
  }

  private List<Call> accuse() {
    var impossible = readWithoutWriteBefore();
    if (!impossible.isEmpty()) {
      return impossible;
    }
    var forward = new TreeMap<Integer, Zone>();
    var backward = new ArrayList<Zone>();
    for (var zone : zones()) {
      if (zone.isForward()) {
        forward.put(zone.min(), zone);
      } else {
        backward.add(zone);
      }
    }
    Optional<Zone> before = Optional.empty();
    for (var zone : forward.values()) {
      if (before.isPresent() && zone.min() < before.get().max()) {
        return calls(before.get(), zone);
      }
      before = Optional.of(zone);
    }
    for (var zone : backward) {
      var around = forward.lowerEntry(zone.max());
      if (around != null && zone.min() < around.getValue().max()) {
        return calls(around.getValue(), zone);
      }
    }
    return List.of();
  }

  private List<Call> readWithoutWriteBefore() {
    for (var entry : reads.entrySet()) {
      var write = Optional.ofNullable(writes.get(entry.getKey()));
      for (var read : entry.getValue()) {
        if (write.isEmpty() && entry.getKey().isPresent()) {
          return List.of(read);
        }
        if (write.isPresent() && read.precedes(write.get())) {
          return List.of(read, write.get());
        }
      }
    }
    return List.of();
  }

  private List<Zone> zones() {
    var zones = new ArrayList<Zone>();
    var absentReads = reads.getOrDefault(Optional.<String>empty(), List.of());
    if (!absentReads.isEmpty()) {
      var last = lastBegin(absentReads);
      zones.add(
          new Zone(
              Optional.empty(), Optional.empty(), Optional.of(last), BEFORE_ALL, last.invokedAt()));
    }
    writes.forEach((value, write) -> zones.add(zone(value, write)));
    return zones;
  }

  /// An open write that nobody has read has a backward zone without an end, which lies in no other.
  private Zone zone(Optional<String> value, Call write) {
    var calls = new ArrayList<>(reads.getOrDefault(value, List.of()));
    calls.add(write);
    var first = calls.stream().min(Comparator.comparingInt(Zones::end)).orElseThrow();
    var last = lastBegin(calls);
    return new Zone(
        Optional.of(write), Optional.of(first), Optional.of(last), end(first), last.invokedAt());
  }

  private static int end(Call call) {
    return call.isOpen() ? Call.NEVER : call.completedAt();
  }

  private static Call lastBegin(List<Call> calls) {
    return calls.stream().max(Comparator.comparingInt(Call::invokedAt)).orElseThrow();
  }

  private static List<Call> calls(Zone left, Zone right) {
    return Stream.concat(left.calls(), right.calls())
        .distinct()
        .sorted(Comparator.comparingInt(Call::invokedAt))
        .toList();
  }
}
