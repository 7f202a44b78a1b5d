package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.checker.CompiledSteps.NeedKind;
import io.quiverdb.jepsen.checker.CompiledSteps.SlotAccess;
import java.util.Arrays;
import java.util.Collection;

/// Looks for an order of steps that respects real time and in which every need is met.
///
/// The search is that of Wing and Gong ("Testing and Verifying Concurrent Objects", JPDC 1993):
/// take any step that no other step wholly precedes, apply it, go on, and go back when stuck. Lowe
/// ("Testing for linearizability", 2017) remembers each state reached, taken steps and what the
/// keys hold, so that none is explored twice, and keeps the events in a doubly linked list from
/// which a taken step is lifted in constant time. Exponential in the number of steps at a time, and
/// that only in the worst case.
final class LinearizationSearch {
  enum Outcome {
    LINEARIZABLE,
    NOT_LINEARIZABLE,
    LIMIT_REACHED
  }

  /// @param statesExplored that were reached
  record Result(Outcome outcome, int statesExplored) {}

  /// Whether there is an order. A no is checked without hashes.
  ///
  /// @param steps in order of invocation
  /// @param statesMax to be explored before giving up
  static Result search(Collection<Step> steps, int statesMax) {
    return search(new CompiledSteps(steps), statesMax);
  }

  static Result search(CompiledSteps steps, int statesMax) {
    if (steps.openCount > OPEN_RUN_MAX) {
      var narrow = new LinearizationSearch(steps, new Memo.Hashed(), OPEN_RUN_MAX).run(statesMax);
      if (narrow.outcome() == Outcome.LINEARIZABLE) {
        return narrow;
      }
    }
    var result = new LinearizationSearch(steps, new Memo.Hashed(), UNLIMITED).run(statesMax);
    return result.outcome() == Outcome.NOT_LINEARIZABLE ? searchExactly(steps, statesMax) : result;
  }

  static Result searchExactly(CompiledSteps steps, int statesMax) {
    return new LinearizationSearch(steps, new Memo.Exact(), UNLIMITED).run(statesMax);
  }

  // Overview. Walking the list of events from its head, every invocation met before the first
  // return
  // may be next; the first return met belongs to a step not yet taken, which must come before
  // everything behind it: there the search is stuck. Taken steps are out of the list, so that
  // returns
  // in the list are exactly the answered steps not yet taken.
  //
  // What keeps the tree small, besides the memo:
  // - An observation whose needs are met is taken at once, without an alternative: it changes
  //   nothing, so an order in which it comes later can have it here as well.
  // - A change away from a value that some answered step left still needs, and no step left can
  //   bring back, is no way on.
  // - An open step is only taken if a step left needs what it writes, or adds to it, and before its
  //   equals that began later. Answered steps come first: few open ones ever took place.
  // - Where there are many open steps, the search is tried first with only so many of them between
  //   two observations: each subset of open increments has a sum of its own, and which of them a
  //   read has seen is mostly told by one or two.

  private static final int OPEN_RUN_MAX = 2;
  private static final int UNLIMITED = Integer.MAX_VALUE;
  private final CompiledSteps steps;
  private final Memo memo;
  private final EventList events;
  private final long[] taken;
  private final int[] held;
  private int answeredLeft;
  private long hash1;
  private long hash2;

  // The way here: steps in order, which of them had no alternative, what they overwrote.
  private final int[] path;
  private final boolean[] isForced;
  private final int[] openRunsBefore;
  private int pathLength;

  // Open steps taken since the last observation.
  private int openRun;
  private final int openRunMax;
  private int[] overwritten = new int[64];
  private int overwrittenEnd;

  // Of the steps left: how many answered ones need a slot, how many open ones do, how many write
  // it; of a key, how many need some of several slots, how many add to it.
  private final int[] needed;
  private final int[] neededByOpen;
  private final int[] sources;
  private final int[] neededSomehow;
  private final int[] adders;

  private LinearizationSearch(CompiledSteps steps, Memo memo, int openRunMax) {
    this.steps = steps;
    this.memo = memo;
    this.openRunMax = openRunMax;
    int stepCount = steps.steps.size();
    events = new EventList(steps);
    taken = new long[(stepCount + 63) / 64 + 1];
    held = steps.absentSlots.clone();
    path = new int[stepCount];
    isForced = new boolean[stepCount];
    openRunsBefore = new int[stepCount];
    needed = new int[steps.slotCount];
    neededByOpen = new int[steps.slotCount];
    sources = new int[steps.slotCount];
    neededSomehow = new int[steps.keyCount];
    adders = new int[steps.keyCount];
    for (int step = 0; step < stepCount; step++) {
      count(step, 1);
      answeredLeft += steps.isAnswered[step] ? 1 : 0;
    }
  }

  private Result run(int statesMax) {
    takeObservations();
    int node = events.first();
    boolean isAmongOpen = false; // the second walk, after the one among answered steps
    while (answeredLeft > 0) {
      assert node != EventList.HEAD : "a return is left, so the walk meets it";
      int step = EventList.step(node);
      if (EventList.isInvocation(node)) {
        if (steps.isAnswered[step] != isAmongOpen && isWorthTaking(step) && take(step, false)) {
          takeObservations();
          if (memo.add(hash1, hash2, taken, held)) {
            if (memo.size() > statesMax) {
              return new Result(Outcome.LIMIT_REACHED, memo.size());
            }
            node = events.first();
            isAmongOpen = false;
            continue;
          }
          putBackToAlternative();
        }
        node = events.next(node);
      } else if (!isAmongOpen && steps.openCount > 0) {
        node = events.first();
        isAmongOpen = true;
      } else {
        int last = putBackToAlternative();
        if (last == CompiledSteps.NONE) {
          return new Result(Outcome.NOT_LINEARIZABLE, memo.size());
        }
        node = events.next(EventList.invocation(last));
        isAmongOpen = !steps.isAnswered[last];
      }
    }
    return new Result(Outcome.LINEARIZABLE, memo.size());
  }

  private void takeObservations() {
    int node = events.first();
    while (node != EventList.HEAD && EventList.isInvocation(node)) {
      int step = EventList.step(node);
      // Taken out of the list the node keeps its neighbours; only its own return, which may be the
      // next, is gone with it.
      int after = events.next(node);
      if (steps.isObservation[step] && take(step, true)) {
        after = after == EventList.completion(step) ? events.next(after) : after;
      }
      node = after;
    }
  }

  private boolean isWorthTaking(int step) {
    if (steps.isObservation[step]) {
      return false; // not possible here, or taken already
    }
    if (steps.isAnswered[step]) {
      return true;
    }
    int equivalent = steps.equivalentBefore[step];
    if (openRun >= openRunMax) {
      return false;
    }
    if (equivalent != CompiledSteps.NONE && !isTaken(equivalent)) {
      return false;
    }
    for (var access : steps.accesses[step]) {
      boolean isWorthIt =
          switch (access.effectKind()) {
            case NONE -> false;
            case ADD -> true;
            case PUT -> held[access.key()] != access.putSlot() && isWanted(access);
          };
      if (isWorthIt) {
        return true;
      }
    }
    return false;
  }

  private boolean isWanted(SlotAccess access) {
    int own = access.needKind() == NeedKind.ONLY && access.needSlot() == access.putSlot() ? 1 : 0;
    int slot = access.putSlot();
    return neededSomehow[access.key()] > 0
        || adders[access.key()] > 0
        || needed[slot] + neededByOpen[slot] > own;
  }

  /// Does nothing and says no if the step's needs are not met, or if there is no way on from it.
  private boolean take(int step, boolean forced) {
    if (!isPossible(step)) {
      return false;
    }
    count(step, -1);
    if (!apply(step)) {
      count(step, 1);
      return false;
    }
    setTaken(step);
    isForced[pathLength] = forced;
    openRunsBefore[pathLength] = openRun;
    openRun = forced ? 0 : steps.isAnswered[step] ? openRun : openRun + 1;
    path[pathLength++] = step;
    events.lift(step);
    answeredLeft -= steps.isAnswered[step] ? 1 : 0;
    return true;
  }

  private boolean isPossible(int step) {
    for (var access : steps.accesses[step]) {
      int slot = held[access.key()];
      boolean met =
          switch (access.needKind()) {
            case ANY -> true;
            case ONLY -> slot == access.needSlot();
            case NOT -> slot != access.needSlot();
            case ONE_OF -> access.needSlots().get(slot);
          };
      if (!met) {
        return false;
      }
    }
    return true;
  }

  private boolean apply(int step) {
    var accesses = steps.accesses[step];
    boolean isWay = true;
    int applied = 0;
    for (; applied < accesses.length && isWay; applied++) {
      var access = accesses[applied];
      int before = held[access.key()];
      int after = after(access, before);
      isWay =
          after != CompiledSteps.NONE && (after == before || isDispensable(access.key(), before));
      push(before);
      if (isWay) {
        hold(access.key(), after);
      }
    }
    if (!isWay) {
      restore(accesses, applied);
    }
    return isWay;
  }

  private int after(SlotAccess access, int before) {
    return switch (access.effectKind()) {
      case NONE -> before;
      case PUT -> access.putSlot();
      case ADD -> steps.slotAfterAdding(access.key(), before, access.by());
    };
  }

  /// Whether the key may be changed away from the slot.
  private boolean isDispensable(int key, int slot) {
    return slot >= needed.length || needed[slot] == 0 || sources[slot] > 0 || adders[key] > 0;
  }

  private int putBackToAlternative() {
    while (pathLength > 0) {
      pathLength--;
      putBack(path[pathLength]);
      openRun = openRunsBefore[pathLength];
      if (!isForced[pathLength]) {
        return path[pathLength];
      }
    }
    return CompiledSteps.NONE;
  }

  /// Undoes the last take.
  private void putBack(int step) {
    answeredLeft += steps.isAnswered[step] ? 1 : 0;
    events.putBack(step);
    clearTaken(step);
    restore(steps.accesses[step], steps.accesses[step].length);
    count(step, 1);
  }

  private void restore(SlotAccess[] accesses, int applied) {
    for (int i = applied - 1; i >= 0; i--) {
      hold(accesses[i].key(), overwritten[--overwrittenEnd]);
    }
  }

  private void hold(int key, int slot) {
    hash1 ^= slotHash1(held[key]) ^ slotHash1(slot);
    hash2 ^= slotHash2(held[key]) ^ slotHash2(slot);
    held[key] = slot;
  }

  private void push(int slot) {
    if (overwrittenEnd == overwritten.length) {
      overwritten = Arrays.copyOf(overwritten, 2 * overwritten.length);
    }
    overwritten[overwrittenEnd++] = slot;
  }

  private void count(int step, int by) {
    for (var access : steps.accesses[step]) {
      switch (access.needKind()) {
        case ANY -> {}
        case ONLY -> {
          if (steps.isAnswered[step]) {
            needed[access.needSlot()] += by;
          } else {
            neededByOpen[access.needSlot()] += by;
          }
        }
        case NOT, ONE_OF -> neededSomehow[access.key()] += by;
      }
      switch (access.effectKind()) {
        case NONE -> {}
        case PUT -> sources[access.putSlot()] += by;
        case ADD -> adders[access.key()] += by;
      }
    }
  }

  private boolean isTaken(int step) {
    return (taken[step >>> 6] & (1L << step)) != 0;
  }

  private void setTaken(int step) {
    taken[step >>> 6] |= 1L << step;
    toggle(step);
  }

  private void clearTaken(int step) {
    taken[step >>> 6] &= ~(1L << step);
    toggle(step);
  }

  private void toggle(int step) {
    hash1 ^= mix(4L * step);
    hash2 ^= mix(4L * step + 1);
  }

  private static long slotHash1(int slot) {
    return mix(4L * slot + 2);
  }

  private static long slotHash2(int slot) {
    return mix(4L * slot + 3);
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): its values stand for random numbers
  /// drawn once for each step and slot (Zobrist 1970).
  private static long mix(long number) {
    long z = (number + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
