package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Operation;
import org.junit.jupiter.api.Test;

/// Of both that judge batches: the one that says how, and the complete one.
final class BatchCheckerTest {
  private final Scenario scenario = new Scenario();

  @Test
  void wholeBatchesAreGood() {
    scenario.readsBatch();
    scenario.writesBatch("a", "1", "b", "1", "c", "1");
    var batch = scenario.startBatch("a", "2", "b", "2");
    scenario.readsBatch("a", "1", "b", "1", "c", "1");
    scenario.readsBatch("a", "2", "b", "2", "c", "1");
    batch.ok();
    scenario.startBatch("a", "3", "c", "3").info();
    scenario.readsBatch("a", "2", "b", "2", "c", "1");
    scenario.readsBatch("a", "3", "b", "2", "c", "3");

    assertValid();
  }

  @Test
  void firstHalfOfTheFirstBatchIsHalf() {
    scenario.startBatch("a", "1", "b", "1");
    scenario.readsBatch("a", "1");

    assertAccused("half a batch", 2);
  }

  @Test
  void halfAnOverwrittenBatchIsHalf() {
    scenario.writesBatch("a", "1", "b", "1");
    scenario.startBatch("a", "2", "b", "2");
    scenario.readsBatch("a", "1", "b", "2");

    assertAccused("half a batch", 3);
  }

  @Test
  void mixOfConcurrentBatchesIsHalf() {
    var first = scenario.startBatch("a", "1", "b", "1");
    var second = scenario.startBatch("a", "2", "b", "2");
    first.ok();
    second.ok();
    scenario.readsBatch("a", "1", "b", "2");

    assertAccused("half a batch", 3);
  }

  @Test
  void halfOverASingleWriteBeforeIsHalf() {
    scenario.writes("b", "0");
    scenario.startBatch("a", "1", "b", "1");
    scenario.readsBatch("a", "1", "b", "0");

    assertAccused("half a batch", 3);
  }

  @Test
  void singleWriteAfterwardsMayCoverHalf() {
    scenario.writesBatch("a", "1", "b", "1");
    scenario.writes("b", "2");
    scenario.readsBatch("a", "1", "b", "2");

    assertValid();
  }

  @Test
  void deleteMayTakeHalfAway() {
    scenario.writesBatch("a", "1", "b", "1");
    scenario.deletes("b");
    scenario.readsBatch("a", "1");

    assertValid();
  }

  @Test
  void refusedBatchIsNotSeen() {
    scenario.startBatch("a", "1", "b", "1").mismatch();
    scenario.readsBatch("a", "1", "b", "1");

    assertAccused("a batch that was refused", 2);
  }

  @Test
  void batchOfSeveralAttemptsIsOne() {
    var batch = new Operation.WriteBatch(Scenario.entries("a", "1", "b", "1"));
    scenario.attempt("r", "", batch).info();
    scenario.attempt("r", "", batch).ok();
    scenario.readsBatch("a", "1", "b", "1");

    assertValid();
  }

  @Test
  void halfABatchOfSeveralAttemptsIsHalf() {
    var batch = new Operation.WriteBatch(Scenario.entries("a", "1", "b", "1"));
    scenario.attempt("r", "", batch).info();
    scenario.attempt("r", "", batch).ok();
    scenario.readsBatch("a", "1");

    assertAccused("half a batch", 2);
  }

  @Test
  void keysThatWereNotAskedForNeedNotBeSeen() {
    scenario.writesBatch("a", "1", "d", "1");
    scenario.readsBatch("a", "1");

    assertValid();
  }

  @Test
  void wholeBatchThatGoesBackIsForTheCompleteChecker() {
    scenario.writesBatch("a", "1", "b", "1");
    scenario.writesBatch("a", "2", "b", "2");
    scenario.readsBatch("a", "1", "b", "1");

    assertThat(batches().verdict()).isEqualTo(Verdict.VALID);
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }

  private Finding batches() {
    return new BatchChecker().check(scenario.history());
  }

  private Finding order() {
    return new LinearizabilityChecker().check(scenario.history());
  }

  private void assertValid() {
    assertThat(batches().verdict()).isEqualTo(Verdict.VALID);
    assertThat(order().verdict()).isEqualTo(Verdict.VALID);
  }

  private void assertAccused(String claimStart, int callCount) {
    assertThat(batches().violations()).hasSize(1);
    assertThat(batches().violations().getFirst().claim()).startsWith(claimStart);
    assertThat(batches().violations().getFirst().calls()).hasSize(callCount);
    assertThat(order().verdict()).isEqualTo(Verdict.INVALID);
  }
}
