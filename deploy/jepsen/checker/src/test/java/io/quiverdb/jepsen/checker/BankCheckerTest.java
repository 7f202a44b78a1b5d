package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import org.junit.jupiter.api.Test;

final class BankCheckerTest {
  private final Scenario scenario = new Scenario();

  @Test
  void transfersMoveAndKeepTheTotal() {
    setUp();
    transfer("a", "b", 4).ok();
    scenario.readsBatch("a", "6", "b", "14", "c", "10");
    transfer("b", "c", 20).mismatch();
    transfer("c", "a", 1).fail();
    transfer("a", "c", 2).info();
    scenario.readsBatch("a", "6", "b", "14", "c", "10");
    scenario.readsBatch("a", "4", "b", "14", "c", "12");

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
    assertThat(check().judgedCount()).isEqualTo(3);
    assertThat(order().verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void halfATransferIsAccused() {
    setUp();
    transfer("a", "b", 4).ok();
    scenario.readsBatch("a", "6", "b", "10", "c", "10");

    assertAccused("the total is 26 (expected: 30)");
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void missingAccountIsAccused() {
    setUp();
    transfer("a", "b", 4).ok();
    scenario.readsBatch("a", "6", "b", "14");

    assertAccused("accounts are gone: [c]");
  }

  @Test
  void textInAnAccountIsAccused() {
    setUp();
    transfer("a", "b", 4).ok();
    scenario.readsBatch("a", "6", "b", "14", "c", "ten");

    assertAccused("account c holds what is no number");
  }

  @Test
  void transferThatIsLostWithoutATraceIsForTheCompleteChecker() {
    setUp();
    transfer("a", "b", 4).ok();
    scenario.readsBatch("a", "10", "b", "10", "c", "10");

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void transferUnderOneRequestMovesOnce() {
    setUp();
    var transfer = new Operation.Transfer("a", "b", 4);
    scenario.attempt("r", "", transfer).ok();
    scenario.attempt("r", "", transfer).ok();
    scenario.readsBatch("a", "2", "b", "18", "c", "10");

    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  @Test
  void readsBeforeTheSetUpAreNotJudged() {
    scenario.readsBatch();
    setUp();
    transfer("a", "b", 4).ok();

    assertThat(check().violations()).isEmpty();
    assertThat(check().judgedCount()).isZero();
  }

  @Test
  void bankThatWasNeverSetUpIsAccused() {
    transfer("a", "b", 4).ok();
    scenario.readsBatch("a", "-4", "b", "4");

    assertAccused("the accounts were never set up");
  }

  private void setUp() {
    scenario.writesBatch("a", "10", "b", "10", "c", "10");
  }

  private HistoryRecorder.Pending transfer(String from, String to, long amount) {
    return scenario.start(new Operation.Transfer(from, to, amount));
  }

  private Finding check() {
    return new BankChecker().check(scenario.history());
  }

  private Finding order() {
    return new LinearizabilityChecker().check(scenario.history());
  }

  private void assertAccused(String claim) {
    assertThat(check().violations()).hasSize(1);
    assertThat(check().violations().getFirst().claim()).isEqualTo(claim);
  }
}
