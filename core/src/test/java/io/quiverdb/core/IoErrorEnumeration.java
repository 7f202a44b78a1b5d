package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.SimulatedStorage.Survival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Lives a workload again and again, and fails another call of its storage each time: then the
/// store is of no more use, and what it acknowledged is there when it is opened again, whether the
/// power went as well or not.
final class IoErrorEnumeration {
  private final RandomGenerator random;

  private long events;
  private long failures;

  /// What goes wrong with a call.
  enum IoError {
    /// It has no effect, and the next one succeeds.
    EIO {
      @Override
      void plant(SimulatedStorage storage, long call) {
        storage.failAt(call);
      }
    },

    /// From then on nothing more fits; there is room again when the store is opened.
    ENOSPC {
      @Override
      void plant(SimulatedStorage storage, long call) {
        storage.fullAt(call);
      }
    };

    abstract void plant(SimulatedStorage storage, long call);
  }

  IoErrorEnumeration(RandomGenerator random) {
    this.random = random;
  }

  /// Calls that were failed so far, each kind of error by itself.
  long events() {
    return events;
  }

  /// Of these, how many failed the store. The others did not fail, as they need no room, or failed
  /// but a snapshot.
  long failures() {
    return failures;
  }

  /// @param workload draws the same one each time
  void run(Supplier<CrashWorkload> workload) {
    var storage = new SimulatedStorage();
    workload.get().run(storage);
    long calls = storage.calls();
    for (var error : IoError.values()) {
      for (long call = 1; call <= calls; call++) {
        examine(workload.get(), error, call);
      }
    }
  }

  private void examine(CrashWorkload workload, IoError error, long call) {
    events++;
    var storage = new SimulatedStorage();
    error.plant(storage, call);
    try {
      workload.run(storage);
    } catch (SnapshotFailedException | ReadFailedException e) {
      assertThat(e).hasRootCauseInstanceOf(IOException.class);
      assertIsInUse(workload.store().orElseThrow());
    } catch (StoreFailedException | UncheckedIOException e) {
      failures++;
      assertThat(e).hasRootCauseInstanceOf(IOException.class);
      workload.store().ifPresent(IoErrorEnumeration::assertIsOfNoMoreUse);
    }
    var survivals = List.of(Survival.values());
    var afterPowerLoss = storage.survivor(survivals.get(random.nextInt(survivals.size())), random);
    var afterRestart = storage.afterKill();
    workload.recover(afterPowerLoss);
    workload.goOn(afterPowerLoss);
    workload.recover(afterRestart);
    workload.goOn(afterRestart);
  }

  /// What failed was none of its files.
  private static void assertIsInUse(Store store) {
    try (var view = store.view()) {
      store.advance(new Position(view.epoch(), 99, view.position().index() + 1));
    }
  }

  /// It failed, or had been closed before the next one failed to open.
  private static void assertIsOfNoMoreUse(Store store) {
    assertThatThrownBy(store::view)
        .isInstanceOfAny(StoreFailedException.class, StoreClosedException.class);
  }
}
