package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.checker.LinearizationSearch.Outcome;
import io.quiverdb.jepsen.history.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// Judges many independent groups of steps, with some threads. Each gets a small number of states
/// first, those that need more get more in the next round, smallest first: one hard group does not
/// keep a violation in another from being found.
final class Linearizer {
  /// About 64 MB for each thread.
  static final int DEFAULT_STATES_MAX = 2_000_000;

  private static final int FIRST_STATES_MAX = 1 << 10;
  private static final int GROWTH = 16;
  private static final String CLAIM = "no order explains";

  private final int statesMax;
  private final int threadCount;

  /// @param statesMax states explored on one group before giving up; a state is a set of steps put
  ///   in order and what they lead to
  Linearizer(int statesMax, int threadCount) {
    if (statesMax < 1) {
      throw new IllegalArgumentException("statesMax: " + statesMax + " (expected: at least 1)");
    }
    if (threadCount < 1) {
      throw new IllegalArgumentException("threadCount: " + threadCount + " (expected: at least 1)");
    }
    this.statesMax = statesMax;
    this.threadCount = threadCount;
  }

  /// @param stepsBySubject groups that share no keys, each in order of invocation
  Finding judge(String checker, Map<String, List<Step>> stepsBySubject) {
    var groups = new ArrayList<Group>();
    stepsBySubject.forEach((subject, steps) -> groups.add(new Group(subject, steps)));
    if (threadCount == 1) {
      return judge(checker, groups, Runnable::run);
    }
    try (var threads = Executors.newFixedThreadPool(threadCount)) {
      return judge(checker, groups, threads);
    }
  }

  private Finding judge(String checker, List<Group> groups, Executor threads) {
    search(groups, threads);
    var invalid =
        groups.stream().filter(group -> group.outcome == Outcome.NOT_LINEARIZABLE).toList();
    var unknown =
        groups.stream()
            .filter(group -> group.outcome == Outcome.LIMIT_REACHED)
            .map(group -> group.subject)
            .toList();
    return new Finding(checker, groups.size(), violations(invalid, threads), unknown);
  }

  private void search(List<Group> groups, Executor threads) {
    var pending = new ArrayList<>(groups);
    pending.sort(Comparator.comparingInt(group -> group.steps.size()));
    int limit = Math.min(FIRST_STATES_MAX, statesMax);
    while (!pending.isEmpty()) {
      int roundLimit = limit;
      pending.stream()
          .map(group -> CompletableFuture.runAsync(() -> group.search(roundLimit), threads))
          .toList()
          .forEach(CompletableFuture::join);
      pending.removeIf(group -> group.outcome != Outcome.LIMIT_REACHED);
      if (limit == statesMax) {
        pending.forEach(Group::judgeByZones);
        return;
      }
      limit = (int) Math.min((long) limit * GROWTH, statesMax);
    }
  }

  private List<Violation> violations(List<Group> invalid, Executor threads) {
    var accusations = new Accusations();
    invalid.stream()
        .limit(Accusations.SHOWN_MAX)
        .map(
            group ->
                CompletableFuture.supplyAsync(() -> proof(group), threads)
                    .thenApply(calls -> new Violation(group.subject, CLAIM, calls)))
        .toList()
        .forEach(
            violation -> {
              var shown = violation.join();
              accusations.add(shown.subject(), shown.claim(), shown.calls());
            });
    invalid.stream()
        .skip(Accusations.SHOWN_MAX)
        .forEach(group -> accusations.add(group.subject, CLAIM));
    return accusations.violations();
  }

  private List<Call> proof(Group group) {
    if (group.isJudgedByZones) {
      return Zones.accuse(group.steps);
    }
    return Counterexample.shrink(group.steps, proof()).stream().map(Step::call).distinct().toList();
  }

  /// Says yes only when certain. All that it explores is counted against one limit.
  private Predicate<List<Step>> proof() {
    var statesLeft = new int[] {statesMax};
    return steps -> {
      if (statesLeft[0] <= 0) {
        return false;
      }
      var result = LinearizationSearch.searchExactly(new CompiledSteps(steps), statesLeft[0]);
      statesLeft[0] -= result.statesExplored();
      return result.outcome() == Outcome.NOT_LINEARIZABLE;
    };
  }

  private static final class Group {
    private final String subject;
    private final List<Step> steps;
    private boolean isJudgedByZones;
    private volatile Outcome outcome = Outcome.LIMIT_REACHED;

    private Group(String subject, List<Step> steps) {
      this.subject = subject;
      this.steps = steps;
    }

    private void search(int statesMax) {
      outcome = LinearizationSearch.search(steps, statesMax).outcome();
    }

    /// Where the search found no end, zones may decide.
    private void judgeByZones() {
      if (Zones.fit(steps)) {
        isJudgedByZones = true;
        outcome = Zones.accuse(steps).isEmpty() ? Outcome.LINEARIZABLE : Outcome.NOT_LINEARIZABLE;
      }
    }
  }
}
