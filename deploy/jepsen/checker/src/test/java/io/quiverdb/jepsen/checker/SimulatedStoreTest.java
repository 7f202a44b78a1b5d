package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.checker.SimulatedStore.Bug;
import io.quiverdb.jepsen.checker.StoreSimulation.Workload;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// All checkers over a store that is right, and over one with each bug. `-Dquiver.seed=N` repeats a
/// run.
final class SimulatedStoreTest {
  private static final int GOOD_RUN_COUNT = Integer.getInteger("quiver.runs", 50);
  private static final int BAD_RUN_COUNT_MAX = 500;
  private static final int CALL_COUNT = 60;

  private final long seed = Long.getLong("quiver.seed", System.nanoTime());

  /// The histories are too short to tell a recall.
  private final HistoryJudge judge =
      new HistoryJudge(LinearizabilityChecker.DEFAULT_STATES_MAX, 1, 0);

  @ParameterizedTest
  @EnumSource(Workload.class)
  void noCheckerAccusesAStoreThatIsRight(Workload workload) {
    System.out.printf("%s %s seed=%d%n", getClass().getSimpleName(), workload, seed);
    var random = new Random(seed);
    for (int i = 0; i < GOOD_RUN_COUNT; i++) {
      var history = new StoreSimulation(random, workload, Optional.empty(), CALL_COUNT).run();

      var judgement = judge.judge(history);

      assertThat(judgement.verdict())
          .as("seed=%d run %d: %s%n%s", seed, i, judgement, history.calls())
          .isEqualTo(Verdict.VALID);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "REGISTER, LOST_WRITE, linearizable",
    "REGISTER, LOST_DELETE, linearizable",
    "REGISTER, STALE_READ, linearizable",
    "REGISTER, STALE_READ, versions",
    "REGISTER, BLIND_SWAP, linearizable",
    "REGISTER, REUSED_VERSION, versions",
    "REGISTER, WRONG_POSITION, versions",
    "SET, LOST_WRITE, set",
    "SET, LOST_WRITE, zones",
    "SET, DOUBLED_ENTRY, set",
    "TOMBSTONES, LOST_DELETE, tombstones",
    "TOMBSTONES, LOST_WRITE, tombstones",
    "TOMBSTONES, DEAD_POINT, tombstones",
    "TOMBSTONES, DEAD_POINT, linearizable",
    "BATCH, HALF_BATCH, batch",
    "BATCH, HALF_BATCH, linearizable",
    "COUNTER, NO_DEDUPE, idempotence",
    "COUNTER, LOST_WRITE, idempotence",
    "BANK, HALF_BATCH, bank",
    "BANK, HALF_BATCH, linearizable",
    "SEARCH, MISSED_POINT, search",
    "SEARCH, DEAD_POINT, search",
    "SEARCH, LOST_WRITE, search",
    "CATALOGUE, OLD_DATA, catalogue",
    "CATALOGUE, LISTED_DROPPED, catalogue",
  })
  void everyBugIsCaughtByItsChecker(Workload workload, Bug bug, String checker) {
    System.out.printf("%s %s %s seed=%d%n", getClass().getSimpleName(), workload, bug, seed);
    var random = new Random(seed);
    boolean isCaught = false;
    int runCount = 0;
    while (!isCaught && runCount++ < BAD_RUN_COUNT_MAX) {
      var history = new StoreSimulation(random, workload, Optional.of(bug), CALL_COUNT).run();

      var findings = judge.judge(history).findings();

      isCaught =
          findings.stream()
              .filter(finding -> finding.checker().equals(checker))
              .anyMatch(finding -> finding.verdict() == Verdict.INVALID);
    }
    System.out.printf("%s %s: caught by %s in run %d%n", workload, bug, checker, runCount);
    assertThat(isCaught).as("seed=%d", seed).isTrue();
  }
}
