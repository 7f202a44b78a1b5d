package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.LogRun.RecordedLog;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class StoreModelTest {
  private static final int LOGS = 60;
  private static final int ENTRIES = 150;
  private static final int AHEAD_MAX = 15;

  /// The store takes checkpoints, merges segments, is reopened without notice, and now and then is
  /// brought forward by a snapshot of another replica; a model and a store that only applies say
  /// what it has to answer, and its hash at every entry.
  @Test
  void storeAnswersAsTheModelWhateverCheckpointsCompactionsRestartsAndInstallsInterleave() {
    int installs = 0;
    var random = new SplittableRandom(Seed.draw());
    for (int round = 0; round < LOGS; round++) {
      var storage = new SimulatedStorage();
      var oldViews = new ArrayList<OldView>();
      var log = RecordedLog.draw(random.split(), ENTRIES);
      var storeId = new UUID(random.nextLong(), random.nextLong());
      var other = new LogRun(log, new SimulatedStorage(), storeId);
      var run = new LogRun(log, storage, storeId);
      while (!run.isAtEnd()) {
        run.applyNext();
        if (random.nextInt(10) == 0) {
          int _ = run.checkpoint(random);
        }
        if (random.nextInt(12) == 0) {
          int _ = run.compact(policy(random), random);
        }
        if (random.nextInt(5) == 0) {
          run.assertSame(random);
          oldViews.add(new OldView(run.store().view(), run.modelNow()));
        }
        if (random.nextInt(30) == 0) {
          run.store().close();
          run = new LogRun(log, storage, storeId);
        }
        if (random.nextInt(30) == 0 && advance(other, run.applied(), random)) {
          installs += install(other, run, random) ? 1 : 0;
        }
      }
      run.store().close();
      other.store().close();
      oldViews.forEach(old -> ModelAssert.assertSame(old.view, old.model, random));
      oldViews.forEach(old -> old.view.close());
      assertThat(storage.openFiles()).isEmpty();
    }
    assertThat(installs).isGreaterThan(LOGS);
  }

  /// @return whether it is ahead then
  private static boolean advance(LogRun run, int of, RandomGenerator random) {
    int end = of + random.nextInt(1, AHEAD_MAX);
    while (!run.isAtEnd() && run.applied() < end) {
      run.applyNext();
    }
    return run.applied() > of;
  }

  /// @return false if the other one's newest checkpoint is not ahead
  private static boolean install(LogRun from, LogRun to, RandomGenerator random) {
    int durable = from.checkpoint(random);
    if (durable <= to.applied()) {
      return false;
    }
    try (var snapshot = from.store().replicationSnapshot()) {
      to.install(snapshot.files());
    }
    assertThat(to.applied()).isEqualTo(durable);
    return true;
  }

  private static CompactionPolicy policy(RandomGenerator random) {
    return random.nextBoolean() ? CompactionPolicy.ALL : CompactionPolicy.TIERED;
  }

  /// Else the test above proves less than it seems to.
  @Test
  void logsMeetEveryOutcome() {
    var random = new SplittableRandom(Seed.draw());
    var met =
        Stream.generate(() -> RecordedLog.draw(random.split(), ENTRIES))
            .limit(LOGS)
            .flatMap(log -> log.entries().stream())
            .flatMap(entry -> entry.outcomes().stream())
            .<Class<?>>map(Outcome::getClass)
            .collect(Collectors.toSet());

    assertThat(met).contains(Outcome.class.getPermittedSubclasses());
  }

  private record OldView(StoreView view, ModelShard model) {}
}
