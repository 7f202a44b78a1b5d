package io.quiverdb.core;

import static io.quiverdb.core.StandaloneWorkload.Step.ATTACH_INDEX;
import static io.quiverdb.core.StandaloneWorkload.Step.BATCH;
import static io.quiverdb.core.StandaloneWorkload.Step.CHECKPOINT;
import static io.quiverdb.core.StandaloneWorkload.Step.COMPACT;
import static io.quiverdb.core.StandaloneWorkload.Step.CONDITIONAL;
import static io.quiverdb.core.StandaloneWorkload.Step.DELETE;
import static io.quiverdb.core.StandaloneWorkload.Step.DROP_OR_CREATE;
import static io.quiverdb.core.StandaloneWorkload.Step.INDEXED_CHECKPOINT;
import static io.quiverdb.core.StandaloneWorkload.Step.REOPEN;
import static io.quiverdb.core.StandaloneWorkload.Step.SET_PAYLOAD;
import static io.quiverdb.core.StandaloneWorkload.Step.SHRED;
import static io.quiverdb.core.StandaloneWorkload.Step.UPSERT;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.quiverdb.core.LogRun.RecordedLog;
import io.quiverdb.core.StandaloneWorkload.Step;
import io.quiverdb.core.compaction.CompactedStore;
import io.quiverdb.core.compaction.Compactor;
import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.storage.Seed;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// What has been acknowledged survives a crash at any call of the storage:
/// `-Dquiver.crash.states=N` sets how many distinct states are recovered from, over all workloads.
final class CrashEnumerationTest {
  private static final long STATES = Long.getLong("quiver.crash.states", 20_000);
  private static final int PARTS_PER_POINT = 4;
  private static final long STATES_TO_FIND_A_FAULT = 20_000;

  private static final TestKeys KEYS = new TestKeys();

  private static long points;
  private static long states;
  private static int failures;

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
    },
    SNAPSHOT_INSTALLS {
      @Override
      CrashWorkload draw(RandomGenerator random) {
        return new InstallWorkload(RecordedLog.draw(random, 40), random);
      }
    },
    MASTER_KEY_ROTATIONS {
      @Override
      CrashWorkload draw(RandomGenerator random) {
        return new KeyRotationWorkload();
      }
    },
    UPSERTS(UPSERT),
    BATCHES(BATCH, BATCH, BATCH, CHECKPOINT),
    OVERWRITES(UPSERT, UPSERT, UPSERT, UPSERT, CHECKPOINT),
    DELETES(BATCH, DELETE, DELETE, DELETE, CHECKPOINT),
    DROPS_AND_REUSED_NAMES(BATCH, DROP_OR_CREATE, CHECKPOINT),
    PAYLOADS_AND_PRECONDITIONS_BEFORE_COMPACTION(
        BATCH, SET_PAYLOAD, CONDITIONAL, DELETE, CHECKPOINT, COMPACT),
    INDEXED_CHECKPOINTS(BATCH, DELETE, INDEXED_CHECKPOINT, CHECKPOINT, COMPACT),
    ATTACHED_INDEXES(BATCH, DELETE, CHECKPOINT, ATTACH_INDEX),
    ATTACHED_INDEXES_AND_COMPACTION(BATCH, DELETE, CHECKPOINT, ATTACH_INDEX, COMPACT),
    COMPACTION(BATCH, UPSERT, DELETE, CHECKPOINT, CHECKPOINT, COMPACT),
    SHREDDING(BATCH, DROP_OR_CREATE, DROP_OR_CREATE, SHRED, CHECKPOINT),
    REOPENINGS(BATCH, DELETE, CHECKPOINT, REOPEN, REOPEN);

    @SuppressWarnings("ImmutableEnumChecker") // It is a List.of.
    private final List<Step> bag;

    Workload(Step... bag) {
      this.bag = List.of(bag);
    }

    CrashWorkload draw(RandomGenerator random) {
      return new StandaloneWorkload(KEYS.keyRing(), random, 24, bag);
    }
  }

  /// A store logs why it failed; here that is thousands of times, on purpose.
  @BeforeAll
  static void silenceStores() {
    storeLogger().setLevel(Level.OFF);
  }

  @AfterAll
  static void letStoresSpeak() {
    storeLogger().setLevel(null);
    System.out.println(
        "crash points: " + points + ", states: " + states + ", failures: " + failures);
  }

  private static Logger storeLogger() {
    return (Logger) LoggerFactory.getLogger("io.quiverdb.core");
  }

  @ParameterizedTest
  @EnumSource
  void crashAtAnyCallLosesNothingThatWasAcknowledged(Workload workload) {
    var random = new SplittableRandom(Seed.draw());
    var enumeration = new CrashEnumeration(random.split(), PARTS_PER_POINT);
    try {
      while (enumeration.states() < STATES / Workload.values().length) {
        enumeration.run(workload.draw(random.split()));
      }
    } catch (RuntimeException | Error e) {
      failures++;
      throw e;
    } finally {
      points += enumeration.points();
      states += enumeration.states();
      System.out.println(
          workload
              + ": crash points: "
              + enumeration.points()
              + ", states: "
              + enumeration.states());
    }
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

  /// A manifest is as of its position: without a row that died since, what is replayed after a
  /// crash fails where it succeeded before.
  @Test
  void compactionThatDropsRowsWhichDiedAfterItsPositionIsFound() throws Exception {
    var mutant = new MutantClasses(Compactor.class, "merge", new RowsAsOfNow());
    var hunt = mutant.loadClass(CrashEnumerationTest.class.getName());
    var enumerate = hunt.getDeclaredMethod("enumeratePayloadsBeforeCompaction", long.class);
    enumerate.setAccessible(true);

    assertThatThrownBy(() -> enumerate.invoke(null, Seed.draw()))
        .hasRootCauseInstanceOf(AssertionError.class);
  }

  /// Called in the mutant as well, where no class is the one of the same name here.
  static void enumeratePayloadsBeforeCompaction(long seed) {
    var random = new SplittableRandom(seed);
    var enumeration = new CrashEnumeration(random.split(), 1);
    while (enumeration.states() < STATES_TO_FIND_A_FAULT) {
      var workload = Workload.PAYLOADS_AND_PRECONDITIONS_BEFORE_COMPACTION;
      enumeration.run(workload.draw(random.split()));
    }
  }

  /// Merges the rows that live in the newest view instead of those that lived as of the manifest.
  private static final class RowsAsOfNow implements CodeTransform {
    private static final ClassDesc COMPACTOR = Compactor.class.describeConstable().orElseThrow();
    private static final ClassDesc STORE = CompactedStore.class.describeConstable().orElseThrow();

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof FieldInstruction field && field.name().equalsString("version")) {
        code.pop()
            .aload(0)
            .getfield(COMPACTOR, "store", STORE)
            .invokeinterface(STORE, "version", MethodTypeDesc.of(ConstantDescs.CD_long));
      } else {
        code.with(element);
      }
    }
  }
}
