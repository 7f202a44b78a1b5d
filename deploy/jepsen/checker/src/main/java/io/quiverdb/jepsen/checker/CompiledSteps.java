package io.quiverdb.jepsen.checker;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Steps as arrays of numbers, without those that cannot matter.
///
/// A *slot* is a key with a value that it may hold; slots of all keys are numbered together. The
/// slots met in the steps come first, `slotCount` of them; the sums that increments lead to are
/// numbered as they are met.
final class CompiledSteps {
  enum NeedKind {
    ANY,
    ONLY,
    NOT,
    ONE_OF
  }

  enum EffectKind {
    NONE,
    PUT,
    ADD
  }

  /// @param needSlot of ONLY and NOT
  /// @param needSlots of ONE_OF
  /// @param putSlot of PUT
  /// @param by of ADD
  record SlotAccess(
      int key,
      NeedKind needKind,
      int needSlot,
      BitSet needSlots,
      EffectKind effectKind,
      int putSlot,
      long by) {}

  static final int NONE = -1;

  private static final BitSet NO_SLOTS = new BitSet();
  final List<Step> steps;
  final SlotAccess[][] accesses;
  final boolean[] isAnswered;
  final boolean[] isObservation;

  /// The step before that is open too, needs and does the same, and began earlier: as nothing
  /// bounds the end of either, the earlier one may always be taken first. [#NONE] if there is none.
  final int[] equivalentBefore;

  /// How many steps are not answered.
  final int openCount;

  final int keyCount;
  final int slotCount;

  /// What each key holds at first.
  final int[] absentSlots;

  private final Map<String, Integer> keys = new HashMap<>();
  private final List<Map<Optional<String>, Integer>> slotsOfKeys = new ArrayList<>();
  private final List<OptionalLong> integers = new ArrayList<>();

  /// @param steps in order of invocation
  CompiledSteps(Collection<Step> steps) {
    this.steps = Relevance.relevant(steps);
    for (var step : this.steps) {
      step.accesses().forEach(this::number);
    }
    keyCount = keys.size();
    slotCount = integers.size();
    absentSlots = new int[keyCount];
    for (int key = 0; key < keyCount; key++) {
      absentSlots[key] = slot(key, Optional.empty());
    }
    int stepCount = this.steps.size();
    accesses = new SlotAccess[stepCount][];
    isAnswered = new boolean[stepCount];
    isObservation = new boolean[stepCount];
    equivalentBefore = new int[stepCount];
    openCount = (int) this.steps.stream().filter(step -> !step.isAnswered()).count();
    var lastOfKind = new HashMap<List<Access>, Integer>();
    for (int step = 0; step < stepCount; step++) {
      var source = this.steps.get(step);
      accesses[step] = source.accesses().stream().map(this::compile).toArray(SlotAccess[]::new);
      isAnswered[step] = source.isAnswered();
      isObservation[step] = source.isObservation();
      var before = isAnswered[step] ? null : lastOfKind.put(source.accesses(), step);
      equivalentBefore[step] = before == null ? NONE : before;
    }
  }

  /// The slot after adding, or [#NONE] if it holds no integer or the sum is none.
  int slotAfterAdding(int key, int slot, long by) {
    var integer = integers.get(slot);
    if (integer.isEmpty() || overflows(integer.getAsLong(), by)) {
      return NONE;
    }
    return slot(key, Optional.of(Long.toString(integer.getAsLong() + by)));
  }

  private static boolean overflows(long left, long right) {
    long sum = left + right;
    return ((left ^ sum) & (right ^ sum)) < 0;
  }

  private void number(Access access) {
    int key = keys.computeIfAbsent(access.key(), _ -> keys.size());
    if (key == slotsOfKeys.size()) {
      slotsOfKeys.add(new HashMap<>());
      slot(key, Optional.empty());
    }
    switch (access.need()) {
      case Need.Any() -> {}
      case Need.Only(var value) -> slot(key, value);
      case Need.Not(var value) -> slot(key, value);
      case Need.OneOf(var values) -> values.forEach(value -> slot(key, value));
    }
    if (access.effect() instanceof Effect.Put(var value)) {
      slot(key, value);
    }
  }

  private int slot(int key, Optional<String> value) {
    var slots = slotsOfKeys.get(key);
    var known = slots.get(value);
    if (known != null) {
      return known;
    }
    int slot = integers.size();
    slots.put(value, slot);
    integers.add(value.isEmpty() ? OptionalLong.of(0) : integer(value.get()));
    return slot;
  }

  private static OptionalLong integer(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException notInteger) {
      return OptionalLong.empty();
    }
  }

  private SlotAccess compile(Access access) {
    int key = keys.getOrDefault(access.key(), NONE);
    var needSlots = NO_SLOTS;
    int needSlot = NONE;
    var needKind =
        switch (access.need()) {
          case Need.Any() -> NeedKind.ANY;
          case Need.Only _ -> NeedKind.ONLY;
          case Need.Not _ -> NeedKind.NOT;
          case Need.OneOf _ -> NeedKind.ONE_OF;
        };
    switch (access.need()) {
      case Need.Any() -> {}
      case Need.Only(var value) -> needSlot = slot(key, value);
      case Need.Not(var value) -> needSlot = slot(key, value);
      case Need.OneOf(var values) -> {
        needSlots = new BitSet();
        for (var value : values) {
          needSlots.set(slot(key, value));
        }
      }
    }
    return switch (access.effect()) {
      case Effect.None() ->
          new SlotAccess(key, needKind, needSlot, needSlots, EffectKind.NONE, NONE, 0);
      case Effect.Put(var value) ->
          new SlotAccess(key, needKind, needSlot, needSlots, EffectKind.PUT, slot(key, value), 0);
      case Effect.Add(var by) ->
          new SlotAccess(key, needKind, needSlot, needSlots, EffectKind.ADD, NONE, by);
    };
  }

  /// Leaves out the open steps whose effects nothing needs. An open step need not take place, and
  /// while it holds nothing is answered that it could explain. Leaving out one may make another
  /// superfluous.
  private static final class Relevance {
    private record Slot(String key, Optional<String> value) {}

    static List<Step> relevant(Collection<Step> steps) {
      var relevant =
          new ArrayList<>(
              steps.stream().filter(step -> step.isAnswered() || !step.isObservation()).toList());
      boolean changed = true;
      while (changed) {
        var needs = new Relevance(relevant);
        changed = relevant.removeIf(step -> !step.isAnswered() && !needs.mayExplain(step));
      }
      return List.copyOf(relevant);
    }

    private final Map<Slot, Integer> needed = new HashMap<>();
    private final Set<String> neededSomehow = new HashSet<>();

    private Relevance(List<Step> steps) {
      for (var step : steps) {
        for (var access : step.accesses()) {
          switch (access.need()) {
            case Need.Any() -> {}
            case Need.Only(var value) ->
                needed.merge(new Slot(access.key(), value), 1, Integer::sum);
            case Need.Not _ -> neededSomehow.add(access.key());
            case Need.OneOf(var values) ->
                values.forEach(
                    value -> needed.merge(new Slot(access.key(), value), 1, Integer::sum));
          }
          if (access.effect() instanceof Effect.Add) {
            neededSomehow.add(access.key()); // what it adds to
          }
        }
      }
    }

    private boolean mayExplain(Step step) {
      for (var access : step.accesses()) {
        switch (access.effect()) {
          case Effect.None() -> {}
          case Effect.Add _ -> {
            return true;
          }
          case Effect.Put(var value) -> {
            int own = access.need().equals(new Need.Only(value)) ? 1 : 0;
            boolean needsIt = needed.getOrDefault(new Slot(access.key(), value), 0) > own;
            if (needsIt || neededSomehow.contains(access.key())) {
              return true;
            }
          }
        }
      }
      return false;
    }
  }
}
