package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;

final class LinearizabilityCheckerTest {
  private static final Operation.Read READ = new Operation.Read();
  private static final Operation.Delete DELETE = new Operation.Delete();

  private final HistoryRecorder recorder = new HistoryRecorder(new AtomicLong()::incrementAndGet);

  @Test
  void emptyHistoryIsNotValid() {
    var history = recorder.history();

    assertThat(new LinearizabilityChecker().check(history).verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void firstReadSeesTheKeyAbsent() {
    sees(0);

    assertValid();
  }

  @Test
  void readOfTheLastWriteIsValid() {
    writes(0, "1");
    writes(1, "2");
    sees(0, "2");

    assertValid();
  }

  @Test
  void staleReadIsInvalid() {
    writes(0, "1");
    writes(0, "2");
    sees(1, "1");

    assertInvalid().hasSize(3);
  }

  @Test
  void lostWriteIsInvalid() {
    writes(0, "1");
    sees(1);

    assertInvalid().hasSize(2);
  }

  @Test
  void valueNobodyWroteIsInvalid() {
    writes(0, "1");
    sees(1, "7");

    assertInvalid().hasSize(1);
  }

  @Test
  void readOfAFailedWriteIsInvalid() {
    start(0, write("1")).fail("refused");
    sees(1, "1");

    assertInvalid().hasSize(1);
  }

  @Test
  void infoWriteMayBeSeenMuchLater() {
    writes(0, "1");
    start(1, write("2")).info("timed out");
    sees(0, "1");
    writes(0, "3");
    sees(0, "3");
    sees(0, "2");

    assertValid();
  }

  @Test
  void infoWriteMayNeverBeSeen() {
    start(0, write("1")).info();
    sees(1);
    writes(1, "2");
    sees(1, "2");

    assertValid();
  }

  @Test
  void infoWriteTakesPlaceOnlyOnce() {
    start(0, write("1")).info();
    sees(1, "1");
    writes(1, "2");
    sees(1, "1");

    assertInvalid().hasSize(4);
  }

  @Test
  void infoWriteCannotBeSeenBeforeItsInvocation() {
    sees(1, "1");
    start(0, write("1")).info();

    assertInvalid();
  }

  @Test
  void writeInFlightAtTheEndMayHaveBeenSeen() {
    start(0, write("1"));
    sees(1, "1");

    assertValid();
  }

  @Test
  void concurrentWritesMayTakePlaceInEitherOrder() {
    var first = start(0, write("1"));
    var second = start(1, write("2"));
    second.ok();
    first.ok();
    sees(2, "2");

    assertValid();
  }

  @Test
  void readersOfConcurrentWritesMustAgreeOnTheirOrder() {
    var first = start(0, write("1"));
    var second = start(1, write("2"));
    sees(2, "1");
    sees(2, "2");
    sees(2, "1");
    first.ok();
    second.ok();

    assertInvalid().hasSize(5);
  }

  @Test
  void readDuringAWriteMaySeeEitherValue() {
    writes(0, "1");
    var write = start(0, write("2"));
    sees(1, "1");
    sees(1, "2");
    write.ok();

    assertValid();
  }

  @Test
  void readsDuringAWriteCannotGoBack() {
    writes(0, "1");
    var write = start(0, write("2"));
    sees(1, "2");
    sees(2, "1");
    write.ok();

    assertInvalid().hasSize(4);
  }

  @Test
  void deletedThenReadAbsentIsValid() {
    writes(0, "1");
    start(0, DELETE).ok();
    sees(1);

    assertValid();
  }

  @Test
  void deletedThenReadPresentIsInvalid() {
    writes(0, "1");
    start(0, DELETE).ok();
    sees(1, "1");

    assertInvalid().hasSize(3);
  }

  @Test
  void failedDeleteLeavesTheValue() {
    writes(0, "1");
    start(0, DELETE).fail();
    sees(1);

    assertInvalid();
  }

  @Test
  void infoDeleteExplainsALaterAbsence() {
    writes(0, "1");
    start(0, DELETE).info();
    sees(1, "1");
    sees(1);

    assertValid();
  }

  @Test
  void swapFromTheCurrentValueIsValid() {
    writes(0, "1");
    start(0, swap("1", "2")).ok();
    sees(1, "2");

    assertValid();
  }

  @Test
  void swapFromAnotherValueIsInvalid() {
    writes(0, "1");
    start(0, swap("3", "2")).ok();

    assertInvalid();
  }

  @Test
  void onlyOneOfTwoConcurrentSwapsFromOneValueMaySucceed() {
    writes(0, "1");
    var first = start(1, swap("1", "2"));
    var second = start(2, swap("1", "3"));
    first.ok();
    second.ok();

    assertInvalid().hasSize(3);
  }

  @Test
  void mismatchOnTheExpectedValueIsInvalid() {
    writes(0, "1");
    start(0, swap("1", "2")).mismatch();

    assertInvalid().hasSize(2);
  }

  @Test
  void infoWriteOfAnyValueExplainsAMismatch() {
    writes(0, "1");
    start(1, write("9")).info();
    start(0, swap("1", "2")).mismatch();

    assertValid();
  }

  @Test
  void refusedSwapChangesNothing() {
    writes(0, "1");
    start(0, swap("3", "2")).mismatch();
    sees(1, "2");

    assertInvalid();
  }

  @Test
  void swapFromAbsentSucceedsOnceUntilTheKeyIsDeleted() {
    start(0, new Operation.CompareAndSet(Optional.empty(), "1")).ok();
    start(0, new Operation.CompareAndSet(Optional.empty(), "2")).mismatch();
    start(0, DELETE).ok();
    start(0, new Operation.CompareAndSet(Optional.empty(), "3")).ok();
    sees(1, "3");

    assertValid();
  }

  @Test
  void keysAreIndependent() {
    writes(0, "1");
    var other = recorder.invoke(1, "other", READ);
    other.ok(Optional.of("1"));

    var finding = new LinearizabilityChecker().check(recorder.history());

    assertThat(finding.judgedCount()).isEqualTo(2);
    assertThat(finding.violations()).extracting(Violation::subject).containsExactly("key other");
  }

  @Test
  void proofInALongHistoryIsOnlyWhatProves() {
    for (int i = 0; i < 300; i++) {
      writes(0, "v" + i);
      sees(1, "v" + i);
    }
    sees(1, "v17");

    assertInvalid().hasSize(3);
  }

  @Test
  void proofEndsAtTheDecisiveMoment() {
    writes(0, "1");
    var write = start(1, write("2"));
    var overtaken = start(2, swap("2", "3"));
    sees(3, "7");
    write.ok();
    overtaken.ok();

    assertInvalid()
        .singleElement()
        .matches(call -> call.operation().equals(READ) && call.completedAt() == 5);
  }

  @Test
  void proofOfABrokenChainOfSwapsKeepsTheChain() {
    writes(0, "0");
    for (int i = 0; i < 20; i++) {
      start(0, swap("" + i, "" + (i + 1))).ok();
    }
    start(0, swap("10", "21")).ok();

    assertInvalid().anyMatch(call -> call.operation().equals(swap("10", "21")));
  }

  @Test
  void longHistoryNeedsNoDeepStack() {
    for (int i = 0; i < 20_000; i++) {
      writes(0, "v" + i);
    }

    assertValid();
  }

  @Test
  void limitGivesUnknownAndAHigherLimitTheVerdict() {
    writeManyValuesSeenInReverse();
    start(101, DELETE).ok();

    var finding = new LinearizabilityChecker(5, 1).check(recorder.history());

    assertThat(finding.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(finding.unknown()).containsExactly("key k");
    assertValid();
  }

  @Test
  void zonesDecideWhereTheLimitDoesNot() {
    writeManyValuesSeenInReverse();

    var good = new LinearizabilityChecker(5, 1).check(recorder.history());
    sees(100, "v7");
    var bad = new LinearizabilityChecker(5, 1).check(recorder.history());

    assertThat(good.verdict()).isEqualTo(Verdict.VALID);
    assertThat(bad.violations()).hasSize(1);
    assertThat(bad.violations().getFirst().calls()).hasSizeBetween(3, 6);
  }

  @Test
  void invalidKeyOutweighsAnUnknownOne() {
    for (int process = 0; process < 20; process++) {
      writes(process, "v");
    }
    recorder.invoke(0, "bad", READ).ok(Optional.of("1"));

    var finding = new LinearizabilityChecker(10, 1).check(recorder.history());

    assertThat(finding.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(finding.unknown()).containsExactly("key k");
  }

  @Test
  void openWritesNobodySawCostNothing() {
    for (int process = 0; process < 60; process++) {
      start(process, write("lost" + process)).info();
    }
    writes(100, "1");
    sees(100, "2");

    assertThat(new LinearizabilityChecker(1_000, 1).check(recorder.history()).verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void unknownIncrementsOfWhichFewTookPlaceAreNoObstacle() {
    for (int process = 0; process < 60; process++) {
      start(process, new Operation.Increment(1_000 + process)).info();
    }
    sees(100);
    sees(100, "1042");
    start(100, new Operation.Increment(7)).ok();
    sees(100, "1049");
    sees(100, String.valueOf(1049 + 1003 + 1017));

    assertThat(new LinearizabilityChecker(10_000, 1).check(recorder.history()).verdict())
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void limitBelowOneIsRefused() {
    assertThatThrownBy(() -> new LinearizabilityChecker(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("statesMax: 0 (expected: at least 1)");
  }

  @Test
  void proofReadsAsOneLineACall() {
    writes(0, "1");
    sees(3);

    assertThat(new LinearizabilityChecker().check(recorder.history()).violations())
        .singleElement()
        .hasToString(
            """
            no order explains, on key k:
              0..1 process 0: Write[value=1] -> Done[]
              2..3 process 3: Read[] -> Value[value=Optional.empty]\
            """);
  }

  private HistoryRecorder.Pending start(long process, Operation operation) {
    return recorder.invoke(process, "k", operation);
  }

  private void writes(long process, String value) {
    start(process, write(value)).ok();
  }

  private void sees(long process, String value) {
    start(process, READ).ok(Optional.of(value));
  }

  private void sees(long process) {
    start(process, READ).ok(Optional.empty());
  }

  private void writeManyValuesSeenInReverse() {
    for (int process = 0; process < 8; process++) {
      start(process, write("v" + process)).info();
    }
    for (int i = 7; i >= 0; i--) {
      sees(100, "v" + i);
    }
  }

  private static Operation write(String value) {
    return new Operation.Write(value);
  }

  private static Operation swap(String expected, String next) {
    return new Operation.CompareAndSet(Optional.of(expected), next);
  }

  private void assertValid() {
    assertThat(new LinearizabilityChecker().check(recorder.history()).verdict())
        .isEqualTo(Verdict.VALID);
  }

  private ListAssert<Call> assertInvalid() {
    var finding = new LinearizabilityChecker().check(recorder.history());
    assertThat(finding.verdict()).isEqualTo(Verdict.INVALID);
    return assertThat(finding.violations().getFirst().calls());
  }
}
