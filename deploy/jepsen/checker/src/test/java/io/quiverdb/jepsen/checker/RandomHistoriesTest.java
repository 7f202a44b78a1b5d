package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.History;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// `-Dquiver.seed=N` repeats a run.
final class RandomHistoriesTest {
  private static final int HISTORY_COUNT = 100_000;

  private final long seed = Long.getLong("quiver.seed", System.nanoTime());
  private final LinearizabilityChecker checker = new LinearizabilityChecker();

  @Test
  void agreesWithTheNaiveCheckerOnSmallHistories() {
    var random = random();
    int invalidCount = 0;
    for (int i = 0; i < HISTORY_COUNT; i++) {
      var settings =
          new RegisterSimulation.Settings(
              3 + random.nextInt(7), 2 + random.nextInt(3), random.nextBoolean() ? 0 : 50);
      var history = new RegisterSimulation(random, settings).run();

      var finding = checker.check(history);

      boolean linearizable = NaiveChecker.isLinearizable(history.calls());
      assertThat(finding.violations().isEmpty() && finding.unknown().isEmpty())
          .as("seed=%d history %d: %s", seed, i, history.calls())
          .isEqualTo(linearizable);
      for (var violation : finding.violations()) {
        invalidCount++;
        assertThatIsProof(violation, history);
      }
    }
    System.out.printf("seed=%d histories=%d invalid=%d%n", seed, HISTORY_COUNT, invalidCount);
    assertThat(invalidCount).as("seed=%d", seed).isBetween(2_000, HISTORY_COUNT - 2_000);
  }

  @Test
  void noHistoryOfACorrectRegisterIsInvalid() {
    var random = random();
    for (int i = 0; i < 200; i++) {
      var settings = new RegisterSimulation.Settings(150, 5, 0);
      var history = new RegisterSimulation(random, settings).run();

      var finding = checker.check(history);

      assertThat(finding.violations())
          .as("seed=%d history %d: %s", seed, i, history.calls())
          .isEmpty();
    }
  }

  /// Else a proof could accuse a history of what only the leaving out has done.
  @Test
  void whatAProofLeavesOutOfAGoodHistoryLeavesItGood() {
    var random = random();
    for (int i = 0; i < 5_000; i++) {
      var settings = new RegisterSimulation.Settings(3 + random.nextInt(7), 4, 0);
      var history = new RegisterSimulation(random, settings).run();
      var as = "seed=%d history %d: %s".formatted(seed, i, history.calls());

      Predicate<List<Step>> leaveOutAtRandom =
          candidate -> {
            var calls = candidate.stream().map(Step::call).toList();
            assertThat(NaiveChecker.isLinearizable(calls)).as("%s, %s", as, calls).isTrue();
            return random.nextBoolean();
          };
      var steps = history.calls().stream().flatMap(call -> Model.step(call).stream()).toList();

      Counterexample.shrink(steps, leaveOutAtRandom);
    }
  }

  /// What is shown must be damning by itself, and must not be made up.
  private void assertThatIsProof(Violation invalid, History history) {
    assertThat(history.calls())
        .as("seed=%d", seed)
        .extracting(Call::invoke)
        .containsAll(invalid.calls().stream().map(Call::invoke).toList());
    assertThat(NaiveChecker.isLinearizable(invalid.calls()))
        .as("seed=%d %s", seed, invalid)
        .isFalse();
    assertThat(invalid.calls()).as("seed=%d", seed).noneMatch(Call::isFailed);
  }

  private Random random() {
    System.out.printf("%s seed=%d%n", getClass().getSimpleName(), seed);
    return new Random(seed);
  }
}
