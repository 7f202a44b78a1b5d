package io.quiverdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.quiverdb.core.LogRun.RecordedLog;
import io.quiverdb.core.storage.Seed;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// What has been acknowledged survives a crash at any call of the storage:
/// `-Dquiver.crash.states=N` sets how many distinct states are recovered from, over all workloads.
final class CrashEnumerationTest {
  private static final long STATES = Long.getLong("quiver.crash.states", 20_000);
  private static final int PARTS_PER_POINT = 4;
  private static final long STATES_TO_FIND_A_FAULT = 20_000;

  private static long points;
  private static long states;

  enum Workload {
    REPLICATED_CHECKPOINTS {
      @Override
      CrashWorkload draw(RandomGenerator random) {
        return new LogWorkload(RecordedLog.draw(random, 40), random, 8, Integer.MAX_VALUE, 40);
      }
    },
    REPLICATED_COMPACTIONS {
      @Override
      CrashWorkload draw(RandomGenerator random) {
        return new LogWorkload(RecordedLog.draw(random, 30), random, 5, 6, 20);
      }
    },
    REPLICATED_REOPENINGS {
      @Override
      CrashWorkload draw(RandomGenerator random) {
        return new LogWorkload(RecordedLog.draw(random, 30), random, 6, Integer.MAX_VALUE, 3);
      }
    };

    abstract CrashWorkload draw(RandomGenerator random);
  }

  /// A store logs why it failed; here that is thousands of times, on purpose.
  @BeforeAll
  static void silenceStores() {
    storeLogger().setLevel(Level.OFF);
  }

  @AfterAll
  static void letStoresSpeak() {
    storeLogger().setLevel(null);
    System.out.println("crash points: " + points + ", states: " + states + ", failures: 0");
  }

  private static Logger storeLogger() {
    return (Logger) LoggerFactory.getLogger("io.quiverdb.core");
  }

  @ParameterizedTest
  @EnumSource
  void crashAtAnyCallLosesNothingThatWasAcknowledged(Workload workload) {
    var random = new SplittableRandom(Seed.draw());
    var enumeration = new CrashEnumeration(random.split(), PARTS_PER_POINT);
    while (enumeration.states() < STATES / Workload.values().length) {
      enumeration.run(workload.draw(random.split()));
    }
    points += enumeration.points();
    states += enumeration.states();
    System.out.println(
        workload + ": crash points: " + enumeration.points() + ", states: " + enumeration.states());
    assertThat(enumeration.states()).isPositive();
  }

  /// Else the test above proves less than it seems to.
  @ParameterizedTest
  @EnumSource
  void plantedFaultIsFound(PlantedFault fault) {
    var random = new SplittableRandom(Seed.draw());
    var enumeration = new CrashEnumeration(random.split(), PARTS_PER_POINT);

    assertThatThrownBy(
            () -> {
              while (enumeration.states() < STATES_TO_FIND_A_FAULT) {
                var workload = Workload.REPLICATED_CHECKPOINTS.draw(random.split());
                enumeration.run(workload, fault::in);
              }
            })
        .isInstanceOfAny(
            AssertionError.class, CorruptFileException.class, StoreFailedException.class);
  }
}
