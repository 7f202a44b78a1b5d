package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.History;
import java.util.List;

/// All checkers, over one history.
public final class HistoryJudge {
  /// Of approximate searches, on average.
  public static final double DEFAULT_RECALL_FLOOR = 0.95;

  private final List<Checker> checkers;

  /// @param statesMax as of [LinearizabilityChecker]
  /// @param threadCount keys judged at a time
  /// @param recallFloor as of [SearchChecker]
  public HistoryJudge(int statesMax, int threadCount, double recallFloor) {
    checkers =
        List.of(
            new LinearizabilityChecker(statesMax, threadCount),
            new ZoneChecker(),
            new VersionChecker(),
            SetChecker.ofInserts(),
            SetChecker.ofTombstones(),
            new BatchChecker(),
            new IdempotenceChecker(),
            new SearchChecker(recallFloor),
            new SessionChecker(),
            new CatalogueChecker(statesMax, threadCount),
            new BankChecker());
  }

  /// With [LinearizabilityChecker#DEFAULT_STATES_MAX] and [#DEFAULT_RECALL_FLOOR].
  public HistoryJudge(int threadCount) {
    this(LinearizabilityChecker.DEFAULT_STATES_MAX, threadCount, DEFAULT_RECALL_FLOOR);
  }

  /// What the checkers found that had something to judge.
  public Judgement judge(History history) {
    var findings =
        checkers.stream()
            .map(checker -> checker.check(history))
            .filter(finding -> finding.judgedCount() > 0 || !finding.violations().isEmpty())
            .toList();
    return Judgement.of(history, findings);
  }
}
