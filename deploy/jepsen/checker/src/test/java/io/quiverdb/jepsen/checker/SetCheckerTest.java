package io.quiverdb.jepsen.checker;

import static io.quiverdb.jepsen.checker.Scenario.entry;
import static io.quiverdb.jepsen.checker.Scenario.hit;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Operation;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SetCheckerTest {
  private final Scenario scenario = new Scenario();

  @Test
  void acknowledgedAndReadOnceIsGood() {
    scenario.writes("a", "1");
    scenario.writes("b", "2");
    scenario.scans(entry("b", "2"), entry("a", "1"));

    assertThat(inserts().verdict()).isEqualTo(Verdict.VALID);
    assertThat(inserts().judgedCount()).isEqualTo(1);
  }

  @Test
  void acknowledgedAndNotReadIsLost() {
    scenario.writes("a", "1");
    scenario.writes("b", "2");
    scenario.scans(entry("b", "2"));

    assertAccused(inserts(), "key c/a", "lost", 2);
  }

  @Test
  void acknowledgedAfterTheScanBeganNeedNotBeRead() {
    var insert = scenario.start("a", new Operation.Write("1"));
    var scan = scenario.start(new Operation.Scan());
    insert.ok();
    scan.ok(new Answer.Entries(List.of()));

    assertThat(inserts().verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void unknownInsertMayBeThereOrNot() {
    scenario.start("a", new Operation.Write("1")).info();
    scenario.start("b", new Operation.Write("1"));
    scenario.scans();
    scenario.scans(entry("a", "1"), entry("b", "1"));

    assertThat(inserts().verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void failedInsertThatIsReadIsInvented() {
    scenario.start("a", new Operation.Write("1")).fail();
    scenario.scans(entry("a", "1"));

    assertAccused(inserts(), "key c/a", "invented", 1);
  }

  @Test
  void elementNobodyInsertedIsInvented() {
    scenario.scans(entry("x", "1"));

    assertAccused(inserts(), "key c/x", "invented", 1);
  }

  @Test
  void elementReadBeforeItsInsertIsInvented() {
    scenario.scans(entry("x", "1"));
    scenario.writes("x", "1");

    assertAccused(inserts(), "key c/x", "invented", 1);
  }

  @Test
  void elementReadTwiceIsDoubled() {
    scenario.writes("a", "1");
    scenario.scans(entry("a", "1"), entry("a", "1"));

    assertAccused(inserts(), "key c/a", "doubled", 1);
  }

  @Test
  void valueThatWasOverwrittenBeforeIsStale() {
    scenario.writes("a", "1");
    scenario.writes("a", "2");
    scenario.scans(entry("a", "1"));

    assertAccused(inserts(), "key c/a", "stale", 3);
  }

  @Test
  void insertAcknowledgedAtTheSecondAttemptIsAcknowledged() {
    scenario.attempt("r", "a", new Operation.Write("1")).info();
    scenario.attempt("r", "a", new Operation.Write("1")).ok();
    scenario.scans();

    assertAccused(inserts(), "key c/a", "lost", 2);
  }

  @Test
  void unknownAttemptAtAnAcknowledgedWriteDoesNotTakePlaceLater() {
    scenario.attempt("r", "a", new Operation.Write("1")).info();
    scenario.attempt("r", "a", new Operation.Write("1")).ok();
    scenario.deletes("a");
    scenario.scans(entry("a", "1"));

    assertAccused(tombstones(), "key c/a", "resurrected", 3);
  }

  @Test
  void scanShowsOnlyWhatIsAccusedOfIt() {
    scenario.writes("a", "1");
    scenario.writes("b", "2");
    scenario.writes("b", "3");
    scenario.scans(entry("a", "1"), entry("b", "2"));

    assertThat(inserts().violations().getFirst().calls().getLast().answer())
        .contains(new Answer.Entries(List.of(entry("b", "2"))));
  }

  @Test
  void aHundredAccusationsAreEnough() {
    for (int i = 0; i < 150; i++) {
      scenario.writes("k" + i, "1");
    }
    scenario.scans();

    assertThat(inserts().violations()).hasSize(101);
    assertThat(inserts().violations().getLast().claim()).isEqualTo("and 50 more");
  }

  @Test
  void collectionsWithDeletesAreForTheTombstones() {
    scenario.deletes("a");
    scenario.scans(entry("x", "1"));

    assertThat(inserts().judgedCount()).isZero();
    assertAccused(tombstones(), "key c/x", "invented", 1);
  }

  @Test
  void deletedAndInsertedAgainIsGood() {
    scenario.writes("a", "1");
    scenario.deletes("a");
    scenario.scans();
    scenario.writes("a", "2");
    scenario.scans(entry("a", "2"));
    scenario.start("a", new Operation.Delete()).info();
    scenario.scans();
    scenario.scans(entry("a", "2"));

    assertThat(tombstones().verdict()).isEqualTo(Verdict.VALID);
    assertThat(tombstones().judgedCount()).isEqualTo(4);
  }

  @Test
  void seenAfterItsDeletionIsResurrected() {
    scenario.writes("a", "1");
    scenario.deletes("a");
    scenario.scans(entry("a", "1"));

    assertAccused(tombstones(), "key c/a", "resurrected", 3);
  }

  @Test
  void foundAfterItsDeletionIsResurrected() {
    scenario.upserts("a", "1", 1, 1);
    scenario.deletes("a");
    scenario.searches(hit("a", "1", 2));

    assertAccused(tombstones(), "key c/a", "resurrected", 3);
  }

  @Test
  void seenDuringItsDeletionIsGood() {
    scenario.writes("a", "1");
    var delete = scenario.start("a", new Operation.Delete());
    scenario.scans(entry("a", "1"));
    delete.ok();

    assertThat(tombstones().verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void insertedAgainAndNotSeenIsLost() {
    scenario.writes("a", "1");
    scenario.deletes("a");
    scenario.writes("a", "2");
    scenario.scans();

    assertAccused(tombstones(), "key c/a", "lost", 3);
  }

  @Test
  void unknownWriteMayTakePlaceAfterADeletion() {
    scenario.start("a", new Operation.Write("1")).info();
    scenario.scans(entry("a", "1"));
    scenario.deletes("a");
    scenario.scans(entry("a", "1"));

    assertThat(tombstones().verdict()).isEqualTo(Verdict.VALID);
  }

  private Finding inserts() {
    return SetChecker.ofInserts().check(scenario.history());
  }

  private Finding tombstones() {
    return SetChecker.ofTombstones().check(scenario.history());
  }

  private static void assertAccused(
      Finding finding, String subject, String claimStart, int callCount) {
    assertThat(finding.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(finding.violations()).hasSize(1);
    var violation = finding.violations().getFirst();
    assertThat(violation.subject()).isEqualTo(subject);
    assertThat(violation.claim()).startsWith(claimStart);
    assertThat(violation.calls()).hasSize(callCount);
  }
}
