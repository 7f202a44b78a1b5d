package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// `-Dquiver.seed=N` repeats a run.
final class ZonesTest {
  private static final int RUN_COUNT = 60_000;

  private final Scenario scenario = new Scenario();

  @Test
  void readsOfTheLastWriteAreGood() {
    scenario.readsAbsent("k");
    scenario.writes("k", "1");
    scenario.reads("k", "1");
    var write = scenario.start("k", new Operation.Write("2"));
    scenario.reads("k", "1");
    scenario.reads("k", "2");
    write.ok();
    scenario.start("k", new Operation.Write("3")).info();
    scenario.reads("k", "2");
    scenario.reads("k", "3");

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void forwardZonesMustNotOverlap() {
    var first = scenario.start("k", new Operation.Write("1"));
    var second = scenario.start("k", new Operation.Write("2"));
    scenario.reads("k", "1");
    scenario.reads("k", "2");
    scenario.reads("k", "1");
    first.ok();
    second.ok();
    scenario.reads("k", "2");

    assertAccused();
  }

  @Test
  void backwardZoneMustNotLieInAForwardOne() {
    scenario.writes("k", "1");
    scenario.writes("k", "2");
    scenario.reads("k", "1");

    assertAccused();
  }

  @Test
  void absenceAfterAWriteIsAccused() {
    scenario.writes("k", "1");
    scenario.readsAbsent("k");

    assertAccused();
  }

  @Test
  void readBeforeItsWriteIsAccused() {
    scenario.reads("k", "1");
    scenario.writes("k", "1");

    assertAccused();
  }

  @Test
  void readOfAFailedWriteIsAccused() {
    scenario.start("k", new Operation.Write("1")).fail();
    scenario.reads("k", "1");

    assertAccused();
  }

  @Test
  void keysThatDoNotFitAreLeftAlone() {
    scenario.writes("twice", "1");
    scenario.writes("twice", "1");
    scenario.writes("deleted", "1");
    scenario.deletes("deleted");
    scenario.start("swapped", new Operation.CompareAndSet(Optional.empty(), "1")).ok();

    assertThat(check().judgedCount()).isZero();
  }

  @Test
  void zonesAgreeWithTheSearch() {
    long seed = Long.getLong("quiver.seed", System.nanoTime());
    System.out.printf("%s seed=%d%n", getClass().getSimpleName(), seed);
    var random = new Random(seed);
    int linearizableCount = 0;
    for (int i = 0; i < RUN_COUNT; i++) {
      var steps = steps(random);
      assertThat(Zones.fit(steps)).isTrue();
      boolean linearizable =
          LinearizationSearch.search(steps, 1_000_000).outcome()
              == LinearizationSearch.Outcome.LINEARIZABLE;
      linearizableCount += linearizable ? 1 : 0;

      var accused = Zones.accuse(steps);

      assertThat(accused.isEmpty())
          .as("seed=%d run %d: %s", seed, i, steps)
          .isEqualTo(linearizable);
      if (!linearizable) {
        assertThatAccusedAreProof(accused, "seed=%d run %d: %s".formatted(seed, i, steps));
      }
    }
    System.out.printf("seed=%d runs=%d linearizable=%d%n", seed, RUN_COUNT, linearizableCount);
    assertThat(linearizableCount).as("seed=%d", seed).isBetween(10_000, RUN_COUNT - 10_000);
  }

  private static void assertThatAccusedAreProof(List<Call> accused, String as) {
    var steps = accused.stream().flatMap(call -> Model.step(call).stream()).toList();
    assertThat(NaiveStepChecker.isLinearizable(steps)).as("%s, %s", as, accused).isFalse();
  }

  /// Reads and writes of distinct values of one key, mostly one after another.
  private static List<Step> steps(Random random) {
    int callCount = 2 + random.nextInt(7);
    var ends = new ArrayList<Double>();
    var calls = new ArrayList<double[]>();
    for (int i = 0; i < callCount; i++) {
      double begin = i + 2 * random.nextDouble();
      double end = begin + 3 * random.nextDouble() * random.nextDouble();
      calls.add(new double[] {begin, end});
      Collections.addAll(ends, begin, end);
    }
    Collections.sort(ends);
    var steps = new ArrayList<Step>();
    int written = 0;
    for (int i = 0; i < callCount; i++) {
      int invokedAt = ends.indexOf(calls.get(i)[0]);
      int completedAt = ends.indexOf(calls.get(i)[1]);
      boolean isWrite = random.nextInt(3) == 0;
      int read = random.nextInt(written + 2);
      var value =
          isWrite
              ? Optional.of("v" + ++written)
              : read == 0 ? Optional.<String>empty() : Optional.of("v" + read);
      boolean isOpen = isWrite && random.nextInt(6) == 0;
      Model.step(call(i, invokedAt, completedAt, isWrite, isOpen, value)).ifPresent(steps::add);
    }
    steps.sort(Comparator.comparingInt(step -> step.call().invokedAt()));
    return steps;
  }

  private static Call call(
      int process,
      int invokedAt,
      int completedAt,
      boolean isWrite,
      boolean isOpen,
      Optional<String> value) {
    var operation = isWrite ? new Operation.Write(value.orElseThrow()) : new Operation.Read();
    var invoke = new Event.Invoke(process, "k", operation, invokedAt);
    if (isOpen) {
      return new Call(invoke, Optional.empty(), invokedAt, Call.NEVER);
    }
    var answer = isWrite ? new Answer.Done() : new Answer.Value(value);
    var ok = new Event.Ok(invoke, answer, completedAt);
    return new Call(invoke, Optional.of(ok), invokedAt, completedAt);
  }

  private Finding check() {
    return new ZoneChecker().check(scenario.history());
  }

  private void assertAccused() {
    var violations = check().violations();
    assertThat(violations).hasSize(1);
    assertThat(violations.getFirst().calls()).hasSizeBetween(1, 6);
    assertThatAccusedAreProof(violations.getFirst().calls(), "by hand");
  }
}
