package io.quiverdb.core;

import io.quiverdb.core.storage.CrashedException;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.SimulatedStorage.Survival;
import io.quiverdb.core.storage.Storage;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// Stops a workload at every call of its storage that may change what survives, and lets it recover
/// from what would: nothing of what was not synced, all of it, and random parts of it, with torn
/// writes and lost directory entries. Some recoveries are cut off in their turn.
///
/// The workload runs once: at each call it pauses until what survives there has been examined.
final class CrashEnumeration {
  private static final int RECOVERY_CALLS_MAX = 60;

  private final RandomGenerator random;
  private final int partsPerPoint;

  private long points;
  private long states;

  /// @param partsPerPoint how many random parts survive each crash point
  CrashEnumeration(RandomGenerator random, int partsPerPoint) {
    this.random = random;
    this.partsPerPoint = partsPerPoint;
  }

  /// Calls at which a workload was stopped so far.
  long points() {
    return points;
  }

  /// Pairs of a crash point and the bytes that survived it, no two alike.
  long states() {
    return states;
  }

  void run(CrashWorkload workload) {
    run(workload, storage -> storage);
  }

  /// @param between what lies between the workload and its storage
  void run(CrashWorkload workload, UnaryOperator<Storage> between) {
    var storage = new SimulatedStorage();
    var lastChange = new long[] {-1};
    storage.setBeforeCall(
        () -> {
          if (storage.changes() != lastChange[0]) {
            lastChange[0] = storage.changes();
            examine(workload, storage);
          }
        });
    workload.run(between.apply(storage));
    examine(workload, storage);
  }

  private void examine(CrashWorkload workload, SimulatedStorage storage) {
    points++;
    var seen = new HashSet<Long>();
    examine(workload, storage.survivor(Survival.NONE, random), seen);
    examine(workload, storage.survivor(Survival.ALL, random), seen);
    for (int part = 0; part < partsPerPoint; part++) {
      examine(workload, storage.survivor(Survival.SOME, random), seen);
    }
  }

  private void examine(CrashWorkload workload, SimulatedStorage survivor, Set<Long> seen) {
    if (!seen.add(survivor.fingerprint())) {
      return;
    }
    states++;
    var storage = survivor;
    while (random.nextInt(4) == 0) {
      storage.crashAt(random.nextInt(1, RECOVERY_CALLS_MAX));
      recoverUntilCrash(workload, storage);
      storage = storage.afterCrash(random);
      states += seen.add(storage.fingerprint()) ? 1 : 0;
    }
    workload.recover(storage);
    workload.goOn(storage);
  }

  private static void recoverUntilCrash(CrashWorkload workload, SimulatedStorage storage) {
    try {
      workload.recover(storage);
    } catch (CrashedException _) {
      // As planned.
    } catch (StoreFailedException e) {
      if (!storage.crashed()) {
        throw e;
      }
    }
  }
}
