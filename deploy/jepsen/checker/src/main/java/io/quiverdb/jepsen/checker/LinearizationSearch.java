package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Looks for an order of one key's calls that respects real time and the [Register].
///
/// The search is that of Wing and Gong ("Testing and Verifying Concurrent Objects", JPDC 1993):
/// take any call that no other call wholly precedes, apply it, go on, and go back when stuck. Lowe
/// ("Testing for linearizability", 2017) remembers each pair of taken calls and register reached,
/// so that none is explored twice, and keeps the events in a doubly linked list from which a taken
/// call is lifted in constant time. Exponential in the number of calls at a time, and that only in
/// the worst case.
final class LinearizationSearch {
  enum Outcome {
    LINEARIZABLE,
    NOT_LINEARIZABLE,
    LIMIT_REACHED
  }

  /// @param statesExplored pairs of taken calls and register that were reached
  record Result(Outcome outcome, long statesExplored) {}

  /// @param calls on one key, in order of invocation
  static Result search(List<Call> calls, long statesMax) {
    return new LinearizationSearch(relevant(calls)).run(statesMax);
  }

  // Overview. Node HEAD starts the list of events; the invocation of call i is node 1 + 2i, its
  // return
  // node 2 + 2i. Only calls with an answer have a return in the list. Walking from the head, every
  // invocation met before the first return may be next; the first return met belongs to a call not
  // yet
  // taken, which must come before everything behind it: there the search is stuck. Taken calls are
  // out
  // of the list, so that returns in the list are exactly the answered calls not yet taken.

  private static final int HEAD = 0;

  private record State(BitSet taken, Register register) {}

  private record Step(int call, Register before) {}

  private final List<Call> calls;
  private final int[] next;
  private final int[] previous;
  private final BitSet taken = new BitSet();
  private final Set<State> explored = new HashSet<>();
  private final Deque<Step> steps = new ArrayDeque<>();
  private Register register = Register.ABSENT;
  private int answeredLeft;

  private LinearizationSearch(List<Call> calls) {
    this.calls = calls;
    int nodeCount = 1 + 2 * calls.size();
    next = new int[nodeCount];
    previous = new int[nodeCount];
    linkEvents();
  }

  private Result run(long statesMax) {
    int node = next[HEAD];
    while (answeredLeft > 0) {
      assert node != HEAD : "a return is left, so the walk meets it";
      if (isInvocation(node) && take(call(node))) {
        if (explored.size() > statesMax) {
          return new Result(Outcome.LIMIT_REACHED, explored.size());
        }
        node = next[HEAD];
      } else if (isInvocation(node)) {
        node = next[node];
      } else if (steps.isEmpty()) {
        return new Result(Outcome.NOT_LINEARIZABLE, explored.size());
      } else {
        node = next[invocation(putBack())];
      }
    }
    return new Result(Outcome.LINEARIZABLE, explored.size());
  }

  private boolean take(int call) {
    var after = register.after(calls.get(call));
    if (after.isEmpty()) {
      return false;
    }
    taken.set(call);
    if (!explored.add(new State((BitSet) taken.clone(), after.get()))) {
      taken.clear(call);
      return false;
    }
    steps.push(new Step(call, register));
    register = after.get();
    unlink(invocation(call));
    if (isAnswered(call)) {
      unlink(completion(call));
      answeredLeft--;
    }
    return true;
  }

  /// Undoes the last take. Nodes come back in the reverse order of leaving, so that their
  /// neighbours are what they were.
  private int putBack() {
    var step = steps.pop();
    int call = step.call();
    if (isAnswered(call)) {
      answeredLeft++;
      relink(completion(call));
    }
    relink(invocation(call));
    taken.clear(call);
    register = step.before();
    return call;
  }

  private void linkEvents() {
    var nodes = new ArrayList<Integer>();
    for (int call = 0; call < calls.size(); call++) {
      nodes.add(invocation(call));
      if (isAnswered(call)) {
        nodes.add(completion(call));
        answeredLeft++;
      }
    }
    nodes.sort(Comparator.comparingInt(this::place));
    int last = HEAD;
    for (int node : nodes) {
      next[last] = node;
      previous[node] = last;
      last = node;
    }
    next[last] = HEAD;
    previous[HEAD] = last;
  }

  private void unlink(int node) {
    next[previous[node]] = next[node];
    previous[next[node]] = previous[node];
  }

  private void relink(int node) {
    next[previous[node]] = node;
    previous[next[node]] = node;
  }

  private int place(int node) {
    var call = calls.get(call(node));
    return isInvocation(node) ? call.invokedAt() : call.completedAt();
  }

  private boolean isAnswered(int call) {
    return calls.get(call).answer().isPresent();
  }

  private static int invocation(int call) {
    return 1 + 2 * call;
  }

  private static int completion(int call) {
    return 2 + 2 * call;
  }

  private static int call(int node) {
    return (node - 1) / 2;
  }

  private static boolean isInvocation(int node) {
    return node % 2 == 1;
  }

  /// Without the calls that cannot matter: the failed, the reads without an answer, and, where no
  /// compare-and-set saw a mismatch (which any other value explains), the open calls that would
  /// leave behind what nothing needs. An open call need not take place, and such a one explains no
  /// answer.
  private static List<Call> relevant(List<Call> calls) {
    var live = calls.stream().filter(call -> !call.isFailed()).toList();
    boolean anyMismatch = live.stream().anyMatch(Register::isMismatch);
    var needed =
        live.stream().flatMap(call -> Register.source(call).stream()).collect(Collectors.toSet());
    return live.stream()
        .filter(call -> !(call.isOpen() && call.operation() instanceof Operation.Read))
        .filter(
            call ->
                !call.isOpen()
                    || anyMismatch
                    || Register.target(call).filter(needed::contains).isPresent())
        .toList();
  }
}
