package io.quiverdb.jepsen.checker;

import static io.quiverdb.jepsen.checker.Scenario.at;
import static io.quiverdb.jepsen.checker.Scenario.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Operation;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class IdempotenceCheckerTest {
  private static final Operation ADD = new Operation.Increment(1);

  private final Scenario scenario = new Scenario();

  @Test
  void requestSentTwiceCountsOnce() {
    scenario.attempt("r1", "n", ADD).ok(done(), at(1, 1));
    scenario.attempt("r1", "n", ADD).ok(done(), at(2, 1));
    scenario.attempt("r2", "n", ADD).fail("not the leader");
    scenario.attempt("r2", "n", ADD).ok();
    scenario.reads("n", "2");

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
    assertThat(check().judgedCount()).isEqualTo(3);
    assertThat(order().verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void requestThatCountsTwiceIsAccused() {
    scenario.attempt("r1", "n", ADD).ok();
    scenario.attempt("r1", "n", ADD).ok();
    scenario.reads("n", "2");

    assertAccused("2 is seen, which is more than what was added to it (expected: 1 to 1)");
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void requestThatDoesNotCountIsAccused() {
    scenario.attempt("r1", "n", ADD).ok();
    scenario.attempt("r2", "n", new Operation.Increment(3)).ok();
    scenario.reads("n", "1");

    assertAccused("1 is seen, which is less than what was added to it (expected: 4 to 4)");
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void unknownRequestCountsOnceOrNot() {
    scenario.attempt("r1", "n", new Operation.Increment(-5)).info();
    scenario.attempt("r1", "n", new Operation.Increment(-5)).info();
    scenario.attempt("r2", "n", new Operation.Increment(2)).ok();
    scenario.reads("n", "2");
    scenario.reads("n", "-3");

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
    scenario.reads("n", "-8");
    assertThat(check().violations()).hasSize(1);
  }

  @Test
  void requestInFlightDuringAReadMayBeSeen() {
    var attempt = scenario.attempt("r1", "n", ADD);
    var read = scenario.start("n", new Operation.Read());
    scenario.readsAbsent("n");
    attempt.ok();
    read.ok(Optional.of("1"));

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void failedAttemptDoesNotCountFromItsBeginning() {
    scenario.attempt("r1", "n", ADD).fail("not the leader");
    scenario.reads("n", "1");
    scenario.attempt("r1", "n", ADD).ok();

    assertThat(check().violations()).hasSize(1);
    assertThat(order().violations()).hasSize(1);
  }

  @Test
  void requestCountsFromItsFirstAnswerOn() {
    scenario.attempt("r1", "n", ADD).ok();
    scenario.readsAbsent("n");
    scenario.attempt("r1", "n", ADD).ok();

    assertThat(check().violations()).hasSize(1);
    assertThat(order().violations()).hasSize(1);
  }

  @Test
  void whereOneAttemptWroteTheWriteCounts() {
    scenario.writes("k", "1");
    scenario.attempt("r1", "k", swap("1", "2")).mismatch();
    scenario.attempt("r1", "k", swap("1", "2")).ok();
    scenario.reads("k", "2");

    assertThat(check().violations()).hasSize(1);
    assertThat(order().violations()).isEmpty();
  }

  @Test
  void refusedRequestDoesNotCount() {
    scenario.attempt("r1", "n", ADD).mismatch();
    scenario.attempt("r1", "n", ADD).mismatch();
    scenario.reads("n", "1");

    assertThat(check().violations()).hasSize(1);
  }

  @Test
  void countersMayBeSetUpByAWrite() {
    scenario.writes("n", "10");
    scenario.attempt("r1", "n", ADD).ok();
    scenario.reads("n", "11");

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
    scenario.reads("n", "1");
    assertThat(check().violations()).hasSize(1);
  }

  @Test
  void textInACounterIsAccused() {
    scenario.attempt("r1", "n", ADD).ok();
    scenario.reads("n", "one");

    assertAccused("a counter holds what is no number");
  }

  @Test
  void attemptsMustAgreeWhetherTheyWereRefused() {
    scenario.writes("k", "1");
    scenario.attempt("r1", "k", swap("1", "2")).ok();
    scenario.attempt("r1", "k", swap("1", "2")).mismatch();

    assertAccused("one attempt was refused and another not");
  }

  @Test
  void attemptsMustHaveOneVersion() {
    scenario.attempt("r1", "k", new Operation.Write("1")).ok(done(), at(1, 1));
    scenario.attempt("r1", "k", new Operation.Write("1")).ok(done(), at(2, 2));

    assertAccused("two effects");
  }

  @Test
  void attemptsMustAskForTheSame() {
    scenario.attempt("r1", "k", new Operation.Write("1")).ok();
    scenario.attempt("r1", "k", new Operation.Write("2")).ok();

    assertAccused("attempts at one request ask for different things");
  }

  @Test
  void lateAttemptOfAnAcknowledgedWriteChangesNothing() {
    scenario.attempt("r1", "k", new Operation.Write("1")).ok();
    scenario.writes("k", "2");
    scenario.attempt("r1", "k", new Operation.Write("1")).ok();
    scenario.reads("k", "2");
    assertThat(order().verdict()).isEqualTo(Verdict.VALID);

    scenario.reads("k", "1");
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void conditionalWritesUnderRequestsAreOneEach() {
    scenario.writes("n", "0");
    scenario.attempt("r1", "n", swap("0", "1")).info();
    scenario.attempt("r1", "n", swap("0", "1")).ok();
    scenario.attempt("r2", "n", swap("0", "1")).mismatch();
    scenario.attempt("r3", "n", swap("1", "2")).ok();
    scenario.attempt("r3", "n", swap("1", "2")).ok();
    scenario.reads("n", "2");

    assertThat(order().verdict()).isEqualTo(Verdict.VALID);
    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
  }

  private static Operation swap(String expected, String next) {
    return new Operation.CompareAndSet(Optional.of(expected), next);
  }

  private Finding check() {
    return new IdempotenceChecker().check(scenario.history());
  }

  private Finding order() {
    return new LinearizabilityChecker().check(scenario.history());
  }

  private void assertAccused(String claimStart) {
    assertThat(check().violations()).hasSize(1);
    assertThat(check().violations().getFirst().claim()).startsWith(claimStart);
    assertThat(check().violations().getFirst().calls()).isNotEmpty();
  }
}
