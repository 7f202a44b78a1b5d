package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.storage.Seed;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process that writes, with SIGKILL, again and again: `-Dquiver.kill.rounds=N` sets how
/// often.
final class StoreKillTest {
  private static final int ROUNDS = Integer.getInteger("quiver.kill.rounds", 20);

  @TempDir private Path folder;

  @Test
  void whatAKilledProcessAcknowledgedIsThereAndNothingElse() throws Exception {
    long seed = Seed.draw();
    var random = new SplittableRandom(seed);
    var store = new KilledStore(folder, seed, 4, List.of());
    for (int round = 0; round < ROUNDS; round++) {
      int steps = random.nextInt(1, 400);
      store.runUntilKilled(acknowledged -> acknowledged >= steps);
      store.verify();
    }
    System.out.println(
        "kills: " + ROUNDS + ", acknowledged: " + store.acknowledged() + ", failures: 0");
    assertThat(store.acknowledged()).isPositive();
  }
}
