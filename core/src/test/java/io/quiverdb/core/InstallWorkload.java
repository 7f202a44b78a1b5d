package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.LogRun.RecordedLog;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// A replica's life that falls behind and is caught up by snapshots of another one: a crash leaves
/// what it held before or what the snapshot holds.
final class InstallWorkload implements CrashWorkload {
  private static final int ENTRIES_PER_INSTALL = 8;

  private final RecordedLog log;
  private final LogWorkload afterwards;
  private final long seed;

  private Optional<Store> store = Optional.empty();

  InstallWorkload(RecordedLog log, RandomGenerator random) {
    this.log = log;
    this.seed = random.nextLong();
    this.afterwards = new LogWorkload(log, random, 8, 8, 40);
  }

  @Override
  public void run(Storage storage) {
    var script = new SplittableRandom(seed);
    var storeId = new UUID(script.nextLong(), script.nextLong());
    var ahead = new LogRun(log, new SimulatedStorage(), storeId);
    var behind = new LogRun(log, storage, storeId);
    store = Optional.of(behind.store());
    while (!ahead.isAtEnd()) {
      ahead.applyNext();
      if (script.nextInt(4) == 0 && behind.applied() < ahead.applied()) {
        behind.applyNext();
      }
      if (script.nextInt(ENTRIES_PER_INSTALL) == 0 && behind.applied() < ahead.applied()) {
        if (script.nextBoolean()) {
          afterwards.acknowledge(behind.checkpoint(script));
        }
        install(ahead, behind, script);
      }
    }
    behind.store().close();
    ahead.store().close();
  }

  private void install(LogRun from, LogRun to, RandomGenerator script) {
    int durable = from.checkpoint(script);
    if (to.applied() >= durable) {
      return; // It has caught up by itself, during its own checkpoint: that snapshot is refused.
    }
    try (var snapshot = from.store().replicationSnapshot()) {
      to.install(snapshot.files());
    }
    assertThat(to.applied()).isEqualTo(durable);
    afterwards.acknowledge(durable);
  }

  @Override
  public Optional<Store> store() {
    return store;
  }

  @Override
  public void recover(SimulatedStorage survivor) {
    afterwards.recover(survivor);
  }

  @Override
  public void goOn(SimulatedStorage survivor) {
    afterwards.goOn(survivor);
  }
}
