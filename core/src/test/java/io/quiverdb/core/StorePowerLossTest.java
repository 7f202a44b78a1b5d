package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.faultfs.FaultFs;
import io.quiverdb.core.faultfs.Loss;
import io.quiverdb.core.faultfs.Loss.Bytes;
import io.quiverdb.core.faultfs.Loss.Names;
import io.quiverdb.core.faultfs.PowerLossReport;
import io.quiverdb.core.faultfs.agent.Fault;
import io.quiverdb.core.faultfs.agent.Fault.Operation;
import io.quiverdb.core.storage.Seed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Cuts the power of a process that writes, again and again: `-Dquiver.power.rounds=N` sets how
/// often.
@EnabledOnOs(OS.LINUX)
final class StorePowerLossTest {
  /// Of the one writer that there is each is a group of its own, which is forced.
  private static final int WRITES_WITHOUT_A_FORCE_MAX = 5_000;

  private static final int ROUNDS = Integer.getInteger("quiver.power.rounds", 6);
  private static final int FORCES_SKIPPED = 10;
  private static final Loss EVERYTHING = new Loss(Bytes.ALL, Names.ALL);
  private static final List<Loss> LOSSES = List.of(Loss.POSIX, Loss.JOURNALED, EVERYTHING);

  @TempDir private Path folder;
  private FaultFs disk;
  private long seed;

  @BeforeEach
  void setUp() {
    seed = Seed.draw();
    disk = new FaultFs(folder.resolve("data"), folder.resolve("journal"));
  }

  private KilledStore store(int writers, String... options) throws IOException {
    var agentJar = FaultFs.writeAgentJar(folder.resolve("agent.jar"));
    List<String> all = new ArrayList<>(disk.jvmOptions(agentJar));
    all.addAll(List.of(options));
    return new KilledStore(folder, seed, writers, all);
  }

  @Test
  void whatWasAcknowledgedBeforeAPowerCutIsThereAndNothingElse() throws Exception {
    var random = new SplittableRandom(seed);
    var store = store(4);
    int cutsThatTookSomething = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int steps = random.nextInt(1, 300);
      store.runUntilKilled(acknowledged -> acknowledged >= steps);
      var lost = disk.cutPower(LOSSES.get(round % LOSSES.size()), random.nextLong());
      verify(store, lost);
      cutsThatTookSomething += lost.isEmpty() ? 0 : 1;
    }
    System.out.printf(
        "power cuts: %d, of which %d took something, acknowledged: %d, failures: 0%n",
        ROUNDS, cutsThatTookSomething, store.acknowledged());
    assertThat(cutsThatTookSomething).isPositive();
    assertThat(disk.missed()).isEmpty();
  }

  private static void verify(KilledStore store, PowerLossReport lost) throws IOException {
    try {
      store.verify();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("after a " + lost, e);
    }
  }

  /// The disk lies to the log some times, and then stops, so that no later force makes good for it.
  /// The one writer that there is has then heard of the writes that the disk had lied about. Some,
  /// as a single write may change nothing, such as a deletion of nothing.
  @Test
  void forcesOfTheLogThatAreSkippedAreFound() throws Exception {
    int call = new SplittableRandom(seed).nextInt(20, 60);
    disk.arm(
        new Fault(Fault.Action.SKIP, Operation.FORCE, "wal/*", call, FORCES_SKIPPED, Duration.ZERO),
        Fault.stall(Operation.FORCE, "wal/*").from(call + FORCES_SKIPPED));
    var store = store(1, "-D" + KillTarget.CHECKPOINTS + "=false");
    store.runUntilKilled(
        acknowledged -> hasStruck("STALL") || acknowledged > WRITES_WITHOUT_A_FORCE_MAX);
    disk.heal();

    var lost = disk.cutPower(EVERYTHING, seed);

    assertThat(hasStruck("STALL")).isTrue();
    assertThat(lost.bytes()).anyMatch(bytes -> bytes.file().startsWith("wal/"));
    assertThat(hasStruck("SKIP")).isTrue();
    assertThatThrownBy(store::verify).isInstanceOf(AssertionError.class);
  }

  @Test
  void diskThatForcesNothingAnyMoreIsFound() throws Exception {
    var store = store(4);
    var begun = new AtomicInteger();
    store.runUntilKilled(
        acknowledged -> {
          if (acknowledged >= 50 && begun.compareAndSet(0, acknowledged)) {
            arm(Fault.skipForce("**"));
          }
          return begun.get() > 0 && acknowledged > begun.get() + 100;
        });
    disk.heal();

    var _ = disk.cutPower(EVERYTHING, seed);

    assertThatThrownBy(store::verify).isInstanceOfAny(AssertionError.class, StoreException.class);
  }

  private void arm(Fault fault) {
    try {
      disk.arm(fault);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean hasStruck(String action) {
    try {
      return disk.struck().stream().anyMatch(line -> line.startsWith(action));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
