package io.quiverdb.jepsen.checker;

import static io.quiverdb.jepsen.checker.RegisterScenario.DELETE;
import static io.quiverdb.jepsen.checker.RegisterScenario.READ;
import static io.quiverdb.jepsen.checker.RegisterScenario.swap;
import static io.quiverdb.jepsen.checker.RegisterScenario.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Operation;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LinearizabilityCheckerTest {
  private final RegisterScenario register = new RegisterScenario();

  @Test
  void emptyHistoryIsNotValid() {
    var history = register.history();

    assertThat(new LinearizabilityChecker().check(history).verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void firstReadSeesTheKeyAbsent() {
    register.sees(0);

    register.assertValid();
  }

  @Test
  void readOfTheLastWriteIsValid() {
    register.writes(0, "1");
    register.writes(1, "2");
    register.sees(0, "2");

    register.assertValid();
  }

  @Test
  void staleReadIsInvalid() {
    register.writes(0, "1");
    register.writes(0, "2");
    register.sees(1, "1");

    register.assertInvalid().hasSize(3);
  }

  @Test
  void lostWriteIsInvalid() {
    register.writes(0, "1");
    register.sees(1);

    register.assertInvalid().hasSize(2);
  }

  @Test
  void valueNobodyWroteIsInvalid() {
    register.writes(0, "1");
    register.sees(1, "7");

    register.assertInvalid().hasSize(1);
  }

  @Test
  void readOfAFailedWriteIsInvalid() {
    register.start(0, write("1")).fail("refused");
    register.sees(1, "1");

    register.assertInvalid().hasSize(1);
  }

  @Test
  void infoWriteMayBeSeenMuchLater() {
    register.writes(0, "1");
    register.start(1, write("2")).info("timed out");
    register.sees(0, "1");
    register.writes(0, "3");
    register.sees(0, "3");
    register.sees(0, "2");

    register.assertValid();
  }

  @Test
  void infoWriteMayNeverBeSeen() {
    register.start(0, write("1")).info();
    register.sees(1);
    register.writes(1, "2");
    register.sees(1, "2");

    register.assertValid();
  }

  @Test
  void infoWriteTakesPlaceOnlyOnce() {
    register.start(0, write("1")).info();
    register.sees(1, "1");
    register.writes(1, "2");
    register.sees(1, "1");

    register.assertInvalid().hasSize(4);
  }

  @Test
  void infoWriteCannotBeSeenBeforeItsInvocation() {
    register.sees(1, "1");
    register.start(0, write("1")).info();

    register.assertInvalid();
  }

  @Test
  void writeInFlightAtTheEndMayHaveBeenSeen() {
    register.start(0, write("1"));
    register.sees(1, "1");

    register.assertValid();
  }

  @Test
  void concurrentWritesMayTakePlaceInEitherOrder() {
    var first = register.start(0, write("1"));
    var second = register.start(1, write("2"));
    second.ok();
    first.ok();
    register.sees(2, "2");

    register.assertValid();
  }

  @Test
  void readersOfConcurrentWritesMustAgreeOnTheirOrder() {
    var first = register.start(0, write("1"));
    var second = register.start(1, write("2"));
    register.sees(2, "1");
    register.sees(2, "2");
    register.sees(2, "1");
    first.ok();
    second.ok();

    register.assertInvalid().hasSize(5);
  }

  @Test
  void readDuringAWriteMaySeeEitherValue() {
    register.writes(0, "1");
    var write = register.start(0, write("2"));
    register.sees(1, "1");
    register.sees(1, "2");
    write.ok();

    register.assertValid();
  }

  @Test
  void readsDuringAWriteCannotGoBack() {
    register.writes(0, "1");
    var write = register.start(0, write("2"));
    register.sees(1, "2");
    register.sees(2, "1");
    write.ok();

    register.assertInvalid().hasSize(4);
  }

  @Test
  void deletedThenReadAbsentIsValid() {
    register.writes(0, "1");
    register.start(0, DELETE).ok();
    register.sees(1);

    register.assertValid();
  }

  @Test
  void deletedThenReadPresentIsInvalid() {
    register.writes(0, "1");
    register.start(0, DELETE).ok();
    register.sees(1, "1");

    register.assertInvalid().hasSize(3);
  }

  @Test
  void failedDeleteLeavesTheValue() {
    register.writes(0, "1");
    register.start(0, DELETE).fail();
    register.sees(1);

    register.assertInvalid();
  }

  @Test
  void infoDeleteExplainsALaterAbsence() {
    register.writes(0, "1");
    register.start(0, DELETE).info();
    register.sees(1, "1");
    register.sees(1);

    register.assertValid();
  }

  @Test
  void swapFromTheCurrentValueIsValid() {
    register.writes(0, "1");
    register.start(0, swap("1", "2")).ok();
    register.sees(1, "2");

    register.assertValid();
  }

  @Test
  void swapFromAnotherValueIsInvalid() {
    register.writes(0, "1");
    register.start(0, swap("3", "2")).ok();

    register.assertInvalid();
  }

  @Test
  void onlyOneOfTwoConcurrentSwapsFromOneValueMaySucceed() {
    register.writes(0, "1");
    var first = register.start(1, swap("1", "2"));
    var second = register.start(2, swap("1", "3"));
    first.ok();
    second.ok();

    register.assertInvalid().hasSize(3);
  }

  @Test
  void mismatchOnTheExpectedValueIsInvalid() {
    register.writes(0, "1");
    register.start(0, swap("1", "2")).mismatch();

    register.assertInvalid().hasSize(2);
  }

  @Test
  void infoWriteOfAnyValueExplainsAMismatch() {
    register.writes(0, "1");
    register.start(1, write("9")).info();
    register.start(0, swap("1", "2")).mismatch();

    register.assertValid();
  }

  @Test
  void refusedSwapChangesNothing() {
    register.writes(0, "1");
    register.start(0, swap("3", "2")).mismatch();
    register.sees(1, "2");

    register.assertInvalid();
  }

  @Test
  void swapFromAbsentSucceedsOnceUntilTheKeyIsDeleted() {
    register.start(0, new Operation.CompareAndSet(Optional.empty(), "1")).ok();
    register.start(0, new Operation.CompareAndSet(Optional.empty(), "2")).mismatch();
    register.start(0, DELETE).ok();
    register.start(0, new Operation.CompareAndSet(Optional.empty(), "3")).ok();
    register.sees(1, "3");

    register.assertValid();
  }

  @Test
  void keysAreIndependent() {
    register.writes(0, "1");
    var other = register.invoke(1, "other", READ);
    other.ok(Optional.of("1"));

    var finding = new LinearizabilityChecker().check(register.history());

    assertThat(finding.judgedCount()).isEqualTo(2);
    assertThat(finding.violations()).extracting(Violation::subject).containsExactly("key other");
  }
}
