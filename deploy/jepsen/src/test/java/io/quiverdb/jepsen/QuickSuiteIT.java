package io.quiverdb.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.quiverdb.jepsen.checker.Finding;
import io.quiverdb.jepsen.run.RunResult;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import io.quiverdb.jepsen.suite.Suite;
import io.quiverdb.jepsen.suite.SuiteRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes as processes of the distribution, killed, paused and cut off from each other under
/// registers, sets and tombstones. Seeded by `-Dquiver.seed=N`.
final class QuickSuiteIT {
  private final long seed = Long.getLong("quiver.seed", new Random().nextInt(1_000_000));

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void nothingThatIsPromisedIsBrokenByKillsPausesAndPartitions() throws Exception {
    System.out.println("QuickSuiteIT: -Dquiver.seed=" + seed);
    var results = new ArrayList<RunResult>();

    new SuiteRun(
            Suite.QUICK,
            seed,
            3,
            List.of(System.getProperty("launcher"), "serve"),
            folder,
            new SuiteRun.Listener() {
              @Override
              public void done(RunResult result) {
                results.add(result);
              }

              @Override
              public void failed(String name, String why) {
                fail(name + ": " + why);
              }
            })
        .execute(Optional.empty());

    assertThat(results).hasSize(1);
    var result = results.getFirst();
    var history = result.history();
    long answered = history.calls().stream().filter(call -> call.answer().isPresent()).count();
    int keys = judged(result, "linearizable");
    long unknown = result.findings().stream().mapToLong(one -> one.unknown().size()).sum();
    System.out.printf(
        "QuickSuiteIT: %d s under faults, faults: %d, operations: %d, answered: %d, keys judged:"
            + " %d, violations: %d, unknown: %d, serving again after: %d ms%n",
        result.options().time().toSeconds(),
        history.faults().size(),
        history.calls().size(),
        answered,
        keys,
        result.findings().stream().mapToInt(one -> one.violations().size()).sum(),
        unknown,
        result.recovery().toMillis());
    assertThat(result.outcome())
        .as(
            "%s%n%s%n%s%n%s%nleft in %s",
            result.options().replay(),
            result.findings(),
            result.complaints(),
            result.shortfalls(),
            folder)
        .isEqualTo(Outcome.VALID);
    assertThat(result.options().time()).isGreaterThanOrEqualTo(Duration.ofMinutes(3));
    assertThat(history.faults()).hasSizeGreaterThanOrEqualTo(20);
    assertThat(history.faults().stream().map(span -> span.fault().kind()).distinct()).hasSize(3);
    assertThat(answered).isGreaterThanOrEqualTo(20_000);
    assertThat(keys).isGreaterThanOrEqualTo(60);
    assertThat(unknown).isZero();
  }

  private static int judged(RunResult result, String checker) {
    return result.findings().stream()
        .filter(finding -> finding.checker().equals(checker))
        .mapToInt(Finding::judgedCount)
        .sum();
  }
}
