package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Operation;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionCheckerTest {
  private final Scenario scenario = new Scenario();

  @Test
  void sessionThatSeesWhatItWroteAndSawIsFine() {
    reads("a", "x");
    writes("a", "x", "1");
    reads("a", "x", "1");
    writes("a", "x", "2");
    reads("a", "x", "2");
    reads("b", "x", "1");
    reads("b", "x", "2");

    assertThat(judged().verdict()).isEqualTo(Verdict.VALID);
    assertThat(judged().judgedCount()).isEqualTo(5);
  }

  @Test
  void sessionThatDoesNotReadItsOwnWriteIsFound() {
    writes("a", "x", "1");
    writes("a", "x", "2");
    reads("a", "x", "1");

    assertClaims("a session does not read its own write");
  }

  @Test
  void absenceAfterAWriteIsFound() {
    writes("a", "x", "1");
    reads("a", "x");

    assertClaims("a session does not read its own write");
  }

  @Test
  void sessionThatLosesWhatItHasSeenIsFoundThoughOthersMaySeeLess() {
    writes("a", "x", "1");
    writes("a", "x", "2");
    reads("b", "x", "2");
    reads("c", "x", "1");
    assertThat(judged().verdict()).isEqualTo(Verdict.VALID);

    reads("b", "x", "1");

    assertClaims("a session does not see any more what it has seen");
  }

  /// The write that the other one made, and what that followed.
  @Test
  void sessionThatTakesOverSeesWhatTheOtherHadSeenThenAndNoMore() {
    writes("a", "x", "1");
    reads("b", "x", "1");
    writes("b", "y", "5");
    joins("c", "b", 2);
    writes("b", "y", "6");
    reads("c", "y", "5");
    reads("c", "x", "1");
    assertThat(judged().verdict()).isEqualTo(Verdict.VALID);

    joins("d", "b", 1);
    reads("d", "y");
    assertThat(judged().verdict()).isEqualTo(Verdict.VALID);
    reads("d", "x");

    assertClaims("a session does not see what it took over from another");
  }

  @Test
  void valueThatNobodyWroteIsFound() {
    writes("a", "x", "1");
    reads("b", "x", "7");

    assertClaims("invented: nobody wrote it");
  }

  @Test
  void writeOfUnknownOutcomeIsOwedToNobodyAndMayBeSeen() {
    start(new Operation.SessionWrite("a", "x", "1")).info("lost");
    reads("a", "x");
    reads("a", "x", "1");
    assertThat(judged().verdict()).isEqualTo(Verdict.VALID);

    reads("a", "x");

    assertClaims("a session does not see any more what it has seen");
  }

  /// Reads that began before a write of the session had ended owe it nothing.
  @Test
  void readUnderWayIsNotHeldToWhatEndsMeanwhile() {
    writes("a", "x", "1");
    var read = start(new Operation.SessionRead("b", "x"));
    reads("b", "x", "1");
    read.ok(Optional.empty());

    assertThat(judged().verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void otherCheckersLeaveSessionsAlone() {
    writes("a", "x", "2");
    writes("a", "x", "1");
    reads("b", "x");

    var judgement = new HistoryJudge(1).judge(scenario.history());

    assertThat(judgement.findings()).extracting(Finding::checker).containsExactly("session");
    assertThat(judgement.verdict()).isEqualTo(Verdict.VALID);
  }

  private io.quiverdb.jepsen.history.HistoryRecorder.Pending start(Operation operation) {
    return scenario.start(operation);
  }

  private void writes(String session, String key, String value) {
    start(new Operation.SessionWrite(session, key, value)).ok();
  }

  private void reads(String session, String key, String value) {
    start(new Operation.SessionRead(session, key)).ok(Optional.of(value));
  }

  private void reads(String session, String key) {
    start(new Operation.SessionRead(session, key)).ok(Optional.empty());
  }

  private void joins(String session, String other, long operationCount) {
    start(new Operation.SessionJoin(session, other, operationCount)).ok();
  }

  private Finding judged() {
    return new SessionChecker().check(scenario.history());
  }

  private void assertClaims(String claim) {
    assertThat(judged().violations()).singleElement().extracting(Violation::claim).isEqualTo(claim);
  }
}
