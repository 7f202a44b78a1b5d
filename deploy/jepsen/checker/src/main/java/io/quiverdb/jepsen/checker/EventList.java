package io.quiverdb.jepsen.checker;

import java.util.stream.IntStream;

/// The events of steps in order, as a doubly linked list from which those of a step are lifted and
/// put back in constant time (Lowe 2017). [#HEAD] starts it; the invocation of step i is node 1 +
/// 2i, its return node 2 + 2i. Only answered steps have a return.
final class EventList {
  static final int HEAD = 0;

  private final boolean[] isAnswered;
  private final int[] next;
  private final int[] previous;

  EventList(CompiledSteps steps) {
    isAnswered = steps.isAnswered;
    int nodeCount = 1 + 2 * isAnswered.length;
    next = new int[nodeCount];
    previous = new int[nodeCount];
    var nodes =
        IntStream.range(1, nodeCount)
            .filter(node -> isInvocation(node) || isAnswered[step(node)])
            .boxed()
            .sorted((left, right) -> Integer.compare(place(steps, left), place(steps, right)))
            .mapToInt(Integer::intValue)
            .toArray();
    int last = HEAD;
    for (int node : nodes) {
      next[last] = node;
      previous[node] = last;
      last = node;
    }
    next[last] = HEAD;
    previous[HEAD] = last;
  }

  private static int place(CompiledSteps steps, int node) {
    var call = steps.steps.get(step(node)).call();
    return isInvocation(node) ? call.invokedAt() : call.completedAt();
  }

  int first() {
    return next[HEAD];
  }

  /// The node behind, [#HEAD] behind the last. Of a node that was lifted: the one that was behind.
  int next(int node) {
    return next[node];
  }

  void lift(int step) {
    unlink(invocation(step));
    if (isAnswered[step]) {
      unlink(completion(step));
    }
  }

  /// Undoes the last lift that is not undone: steps come back in the reverse order of leaving, so
  /// that their neighbours are what they were.
  void putBack(int step) {
    if (isAnswered[step]) {
      relink(completion(step));
    }
    relink(invocation(step));
  }

  private void unlink(int node) {
    next[previous[node]] = next[node];
    previous[next[node]] = previous[node];
  }

  private void relink(int node) {
    next[previous[node]] = node;
    previous[next[node]] = node;
  }

  static int invocation(int step) {
    return 1 + 2 * step;
  }

  static int completion(int step) {
    return 2 + 2 * step;
  }

  static int step(int node) {
    return (node - 1) / 2;
  }

  static boolean isInvocation(int node) {
    return node % 2 == 1;
  }
}
