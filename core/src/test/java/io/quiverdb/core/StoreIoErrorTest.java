package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.quiverdb.core.CrashEnumerationTest.Workload;
import io.quiverdb.core.LogRun.RecordedLog;
import io.quiverdb.core.compaction.CompactionPolicy;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.storage.CrashedException;
import io.quiverdb.core.storage.Seed;
import io.quiverdb.core.storage.SimulatedStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/// Fails a call of the storage, each in its turn: while a store opens, takes checkpoints, merges
/// segments and deletes garbage.
final class StoreIoErrorTest {
  private static final int LOGS = 4;
  private static final int ENTRIES = 40;

  /// The first of [Workload], by [#workloads].
  private static final int WORKLOADS = Integer.getInteger("quiver.io.workloads", 1);

  private static int workloads;
  private static long events;
  private static long failed;
  private static int failures;

  /// A store logs why it failed; here that is thousands of times, on purpose.
  @BeforeAll
  static void silenceStores() {
    storeLogger().setLevel(Level.OFF);
  }

  @AfterAll
  static void letStoresSpeak() {
    storeLogger().setLevel(null);
    System.out.println(
        "I/O errors: workloads: %d, failed calls: %d, failed stores: %d, failures: %d"
            .formatted(workloads, events, failed, failures));
  }

  private static Logger storeLogger() {
    return (Logger) LoggerFactory.getLogger(Store.class);
  }

  /// @return how many entries are durable for certain
  private static int runUntilCrash(
      RecordedLog log, SimulatedStorage storage, RandomGenerator script) {
    var durable = new int[1];
    try {
      runToEnd(log, storage, script, durable);
    } catch (CrashedException e) {
      assertThat(storage.crashed()).isTrue();
    } catch (StoreFailedException e) {
      assertThat(e).hasRootCauseInstanceOf(CrashedException.class);
    }
    return durable[0];
  }

  private static void runToEnd(
      RecordedLog log, SimulatedStorage storage, RandomGenerator script, int[] durable) {
    var run = new LogRun(log, storage);
    durable[0] = run.applied();
    while (!run.isAtEnd()) {
      run.applyNext();
      if (script.nextInt(12) == 0) {
        durable[0] = run.checkpoint(script);
      }
      if (script.nextInt(15) == 0) {
        var policy = script.nextBoolean() ? CompactionPolicy.ALL : CompactionPolicy.TIERED;
        durable[0] = Math.max(durable[0], run.compact(policy, script));
      }
      if (script.nextInt(20) == 0) {
        run.store().close();
        run = new LogRun(log, storage);
        assertThat(run.applied()).isEqualTo(durable[0]);
      }
    }
    durable[0] = run.checkpoint(script);
    run.store().close();
  }

  private static void recover(
      RecordedLog log, SimulatedStorage survivor, int durable, RandomGenerator random) {
    var storage = survivor;
    while (random.nextInt(3) == 0) {
      storage.crashAt(random.nextInt(1, 40));
      int atLeast = runUntilCrash(log, storage, random);
      storage = storage.afterCrash(random);
      durable = Math.max(durable, atLeast);
    }

    var run = new LogRun(log, storage);
    assertThat(run.applied()).isGreaterThanOrEqualTo(durable);
    while (!run.isAtEnd()) {
      run.applyNext();
    }
    run.assertSame(random);
    int _ = run.checkpoint(random);
    run.store().close();
    var reopened = new LogRun(log, storage);
    assertThat(reopened.isAtEnd()).isTrue();
    reopened.assertSame(random);
  }

  /// That with the most kinds of steps comes first.
  static Stream<Workload> workloads() {
    var richest = Workload.PAYLOADS_AND_PRECONDITIONS_BEFORE_COMPACTION;
    var others = Arrays.stream(Workload.values()).filter(workload -> workload != richest);
    return Stream.concat(Stream.of(richest), others).limit(WORKLOADS);
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void ioErrorOrFullDiskAtAnyCallLosesNothingThatWasAcknowledged(Workload workload) {
    var random = new SplittableRandom(Seed.draw());
    long seed = random.nextLong();
    var enumeration = new IoErrorEnumeration(random);
    workloads++;
    try {
      enumeration.run(() -> workload.draw(new SplittableRandom(seed)));
    } catch (RuntimeException | Error e) {
      failures++;
      throw e;
    } finally {
      events += enumeration.events();
      failed += enumeration.failures();
    }
  }

  @Test
  void ioErrorAtAnyCallFailsTheStoreAndLeavesItsFilesIntact() {
    var random = new SplittableRandom(Seed.draw());
    for (int round = 0; round < LOGS; round++) {
      var log = RecordedLog.draw(random.split(), ENTRIES);
      long scriptSeed = random.nextLong();
      boolean failed = true;
      for (int call = 1; failed; call++) {
        var storage = new SimulatedStorage().failAt(call);
        failed = runUntilFailure(log, storage, new SplittableRandom(scriptSeed));
        if (failed) {
          recover(log, storage, 0, random);
        }
      }
    }
  }

  /// @return whether it failed
  private static boolean runUntilFailure(
      RecordedLog log, SimulatedStorage storage, RandomGenerator script) {
    LogRun run;
    try {
      run = new LogRun(log, storage);
    } catch (StoreFailedException e) {
      assertThat(e).hasRootCauseInstanceOf(IOException.class);
      return true;
    }
    try {
      while (!run.isAtEnd()) {
        run.applyNext();
        if (script.nextInt(12) == 0) {
          int _ = run.checkpoint(script);
        }
        if (script.nextInt(15) == 0) {
          int _ = run.compact(CompactionPolicy.ALL, script);
        }
      }
      int _ = run.checkpoint(script);
      return false;
    } catch (StoreFailedException e) {
      assertThat(e).hasRootCauseInstanceOf(IOException.class);
      assertRefusesEverything(run.store());
      return true;
    } finally {
      run.store().close();
    }
  }

  @Test
  void ioErrorAtAnyCallOfOpeningLeavesTheStoreToBeOpenedLater() {
    var random = new SplittableRandom(Seed.draw());
    var log = RecordedLog.draw(random, ENTRIES);
    var storage = new SimulatedStorage();
    runToEnd(log, storage, random, new int[1]);

    boolean failed = true;
    for (int call = 1; failed; call++) {
      storage.failAt(call);
      failed = false;
      try {
        new LogRun(log, storage).store().close();
      } catch (StoreFailedException e) {
        failed = true;
        var reopened = new LogRun(log, storage);
        assertThat(reopened.isAtEnd()).isTrue();
        reopened.store().close();
      }
    }
  }

  private static void assertRefusesEverything(Store store) {
    var position = new Position(9, 9, 999_999);
    var calls =
        List.<ThrowingCallable>of(
            store::view,
            store::stateHash,
            store::checkpoint,
            store::compact,
            store::checkpointed,
            store::uncheckpointedBytes,
            () -> store.hashAt(position),
            () -> store.advance(position),
            () -> store.apply(position, Entry.getDefaultInstance()));
    calls.forEach(
        call ->
            assertThatThrownBy(call)
                .isInstanceOf(StoreFailedException.class)
                .hasMessage("store: failed before (expected: reopened)"));
  }

  @Test
  void openingAnyNumberOfTimesChangesNothing() {
    var random = new SplittableRandom(Seed.draw());
    var log = RecordedLog.draw(random, ENTRIES);
    var storage = new SimulatedStorage();
    runToEnd(log, storage, random, new int[1]);
    var before = contents(storage);

    for (int time = 0; time < 3; time++) {
      var run = new LogRun(log, storage);
      assertThat(run.store().checkpoint()).isEqualTo(run.store().position());
      run.store().close();
    }

    assertThat(contents(storage)).isEqualTo(before);
  }

  private static List<String> contents(SimulatedStorage storage) {
    var contents = new ArrayList<String>();
    for (var path : storage.files()) {
      contents.add(path + " " + Arrays.hashCode(storage.content(path)));
    }
    return contents;
  }
}
