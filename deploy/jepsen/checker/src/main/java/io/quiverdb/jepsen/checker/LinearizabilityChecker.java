package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.History;

/// Judges whether a history is linearizable (Herlihy and Wing 1990): whether each operation can be
/// given one moment between its invocation and its completion such that, in the order of these
/// moments, every answer is what keys that are absent at first would have said. A failed operation
/// has no moment; one that ended with info, or never ended, has any later moment or none. All
/// attempts under one request id are one operation. Scans and searches see each key at some moment.
/// What becomes of collections as such is for [CatalogueChecker].
///
/// Keys are judged one by one, keys of a batch or a transfer together: a history is linearizable
/// exactly if each group's is (locality; as P-compositionality in Horn and Kroening 2015). The work
/// grows with the operations in flight at a time on one group: with more than 10, or 1,000 in all,
/// go on to another key or expect unknown.
public final class LinearizabilityChecker implements Checker {
  public static final int DEFAULT_STATES_MAX = Linearizer.DEFAULT_STATES_MAX;

  private final Linearizer linearizer;

  /// One thread, [#DEFAULT_STATES_MAX].
  public LinearizabilityChecker() {
    this(DEFAULT_STATES_MAX, 1);
  }

  /// @param statesMax states explored on one group of keys before giving up; 32 bytes each
  /// @param threadCount groups judged at a time
  public LinearizabilityChecker(int statesMax, int threadCount) {
    linearizer = new Linearizer(statesMax, threadCount);
  }

  @Override
  public String name() {
    return "linearizable";
  }

  /// Judges groups of keys.
  @Override
  public Finding check(History history) {
    return linearizer.judge(name(), CollectionSteps.groups(history));
  }
}
