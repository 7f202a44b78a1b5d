package io.quiverdb.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.run.RunResult;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import io.quiverdb.jepsen.suite.Suite;
import io.quiverdb.jepsen.suite.SuiteRun;
import java.nio.file.Path;
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
            results::add)
        .execute(Optional.empty());

    assertThat(results).isNotEmpty();
    for (var result : results) {
      System.out.println(
          "QuickSuiteIT: %,d operations, %d faults"
              .formatted(result.history().calls().size(), result.history().faults().size()));
      assertThat(result.outcome())
          .as(
              "%s%n%s%n%s%n%s%nleft in %s",
              result.options().replay(),
              result.findings(),
              result.complaints(),
              result.shortfalls(),
              folder)
          .isEqualTo(Outcome.VALID);
    }
  }
}
