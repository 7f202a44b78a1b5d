package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.LogRun.RecordedLog;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// A replicated store's life: its log is kept elsewhere, so that what a checkpoint holds is what
/// has to survive; the rest is applied again.
final class LogWorkload implements CrashWorkload {
  private final RecordedLog log;
  private final long seed;
  private final int entriesPerCheckpoint;
  private final int entriesPerCompaction;
  private final int entriesPerReopening;

  /// How many entries are durable for certain.
  private int durable;

  private Optional<Store> store = Optional.empty();

  /// @param entriesPerCheckpoint on average; the others alike
  LogWorkload(
      RecordedLog log,
      RandomGenerator random,
      int entriesPerCheckpoint,
      int entriesPerCompaction,
      int entriesPerReopening) {
    this.log = log;
    this.seed = random.nextLong();
    this.entriesPerCheckpoint = entriesPerCheckpoint;
    this.entriesPerCompaction = entriesPerCompaction;
    this.entriesPerReopening = entriesPerReopening;
  }

  @Override
  public void run(Storage storage) {
    var script = new SplittableRandom(seed);
    var run = open(storage);
    while (!run.isAtEnd()) {
      run.applyNext();
      if (script.nextInt(entriesPerCheckpoint) == 0) {
        durable = run.checkpoint(script);
      }
      if (script.nextInt(entriesPerCompaction) == 0) {
        var policy = script.nextBoolean() ? CompactionPolicy.ALL : CompactionPolicy.TIERED;
        durable = Math.max(durable, run.compact(policy, script));
      }
      if (script.nextInt(entriesPerReopening) == 0) {
        run.store().close();
        run = open(storage);
        assertThat(run.applied()).isEqualTo(durable);
      }
    }
    durable = run.checkpoint(script);
    run.store().close();
  }

  private LogRun open(Storage storage) {
    var run = new LogRun(log, storage);
    store = Optional.of(run.store());
    return run;
  }

  @Override
  public Optional<Store> store() {
    return store;
  }

  /// So many entries are durable for certain.
  void acknowledge(int entries) {
    durable = Math.max(durable, entries);
  }

  @Override
  public void recover(SimulatedStorage survivor) {
    var random = new SplittableRandom(seed + survivor.fingerprint());
    var run = new LogRun(log, survivor);
    assertThat(run.applied()).isGreaterThanOrEqualTo(durable);
    run.assertSame(random);
    int _ = run.checkpoint(random);
    run.store().close();
  }

  @Override
  public void goOn(SimulatedStorage survivor) {
    var random = new SplittableRandom(seed + survivor.fingerprint());
    var run = new LogRun(log, survivor);
    int _ = run.checkpoint(random);
    while (!run.isAtEnd()) {
      run.applyNext();
    }
    run.assertSame(random);
    int _ = run.checkpoint(random);
    run.store().close();
    var reopened = new LogRun(log, survivor);
    assertThat(reopened.isAtEnd()).isTrue();
    reopened.assertSame(random);
    reopened.store().close();
  }
}
