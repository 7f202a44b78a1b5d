package io.quiverdb.jepsen.checker;

import static io.quiverdb.jepsen.checker.Scenario.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.history.Operation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CatalogueCheckerTest {
  private final Scenario scenario = new Scenario();

  @Test
  void createdFoundDroppedAndCreatedAgainIsGood() {
    exists("x", Optional.empty());
    create("x").ok(Optional.of("1"));
    create("x").mismatch();
    exists("x", Optional.of("1"));
    list(entry("x", "1"), entry("of-others", "9"));
    drop("x").ok();
    drop("x").mismatch();
    list();
    create("x").ok(Optional.of("2"));
    list(entry("x", "2"));

    assertValid();
    assertThat(check().judgedCount()).isEqualTo(1);
  }

  @Test
  void onlyOneOfTwoCreatesMakesIt() {
    create("x").ok();
    create("x").ok();

    assertAccused("no order explains");
  }

  @Test
  void dropHappensOnce() {
    create("x").ok(Optional.of("1"));
    drop("x").ok();
    drop("x").ok();

    assertAccused("no order explains");
  }

  @Test
  void droppedCollectionIsNotThere() {
    create("x").ok(Optional.of("1"));
    drop("x").ok();
    exists("x", Optional.of("1"));

    assertAccused("no order explains");
  }

  @Test
  void acknowledgedCollectionIsInTheList() {
    create("x").ok(Optional.of("1"));
    list();

    assertAccused("no order explains");
  }

  @Test
  void refusedCreateNeedsAnother() {
    create("x").mismatch();

    assertAccused("no order explains");
  }

  @Test
  void unknownCreateMayHaveMadeAnyId() {
    create("x").info();
    exists("x", Optional.empty());
    exists("x", Optional.of("7"));
    drop("x").ok();
    exists("x", Optional.empty());

    assertValid();
  }

  @Test
  void idOfADroppedCollectionIsNotSeenInTheNext() {
    create("x").ok(Optional.of("1"));
    drop("x").ok();
    create("x").ok(Optional.of("2"));
    exists("x", Optional.of("1"));

    assertAccused("no order explains");
  }

  @Test
  void idIsNeverUsedAgain() {
    create("x").ok(Optional.of("1"));
    create("y").ok(Optional.of("1"));

    assertAccused("two collections have one id");
  }

  @Test
  void listsMustAgreeOnTheOrderOfCreates() {
    var x = create("x");
    var y = create("y");
    list(entry("x", "1"));
    list(entry("y", "2"));
    x.ok(Optional.of("1"));
    y.ok(Optional.of("2"));

    assertAccused("no order explains");
  }

  @Test
  void listWithoutIdsTellsThatTheyAreThere() {
    create("x").ok(Optional.of("1"));
    list(entry("x", ""));
    assertValid();

    list();
    assertAccused("no order explains");
  }

  @Test
  void dataOfADroppedCollectionIsNotInTheNext() {
    create("x").ok(Optional.of("1"));
    write("x", "k", "old");
    drop("x").ok();
    create("x").ok(Optional.of("2"));
    scan("x");
    write("x", "l", "new");
    scan("x", entry("l", "new"));
    assertValid();

    scan("x", entry("k", "old"), entry("l", "new"));
    assertAccused("resurrected: seen after the collection that held it was dropped");
    assertThat(new LinearizabilityChecker().check(scenario.history()).verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void dataMayBeSeenUntilTheDropEnds() {
    create("x").ok(Optional.of("1"));
    write("x", "k", "old");
    var drop = drop("x");
    scan("x", entry("k", "old"));
    scan("x");
    drop.ok();

    assertValid();
    assertThat(new LinearizabilityChecker().check(scenario.history()).violations()).isEmpty();
  }

  @Test
  void dataThatComesBackDuringADropIsForTheCompleteChecker() {
    create("x").ok(Optional.of("1"));
    write("x", "k", "old");
    var drop = drop("x");
    scan("x");
    scan("x", entry("k", "old"));
    drop.ok();

    assertThat(new LinearizabilityChecker().check(scenario.history()).violations()).hasSize(1);
  }

  @Test
  void createsUnderOneRequestAreOne() {
    scenario.attempt("r", "", new Operation.Create()).info();
    scenario.attempt("r", "", new Operation.Create()).ok(Optional.of("1"));
    scenario.attempt("r", "", new Operation.Create()).ok(Optional.of("1"));
    exists("c", Optional.of("1"));

    assertValid();
  }

  @Test
  void historyWithoutCollectionsHasNothingToJudge() {
    scenario.writes("k", "1");

    assertThat(check().judgedCount()).isZero();
  }

  private HistoryRecorder.Pending create(String name) {
    return scenario.start(name, "", new Operation.Create());
  }

  private HistoryRecorder.Pending drop(String name) {
    return scenario.start(name, "", new Operation.Drop());
  }

  private void exists(String name, Optional<String> id) {
    scenario.start(name, "", new Operation.Exists()).ok(id);
  }

  private void list(Entry... entries) {
    scenario
        .start("", "", new Operation.ListCollections())
        .ok(new Answer.Entries(List.of(entries)));
  }

  private void write(String name, String key, String value) {
    scenario.start(name, key, new Operation.Write(value)).ok();
  }

  private void scan(String name, Entry... entries) {
    scenario.start(name, "", new Operation.Scan()).ok(new Answer.Entries(List.of(entries)));
  }

  private Finding check() {
    return new CatalogueChecker().check(scenario.history());
  }

  private void assertValid() {
    assertThat(check().violations()).isEmpty();
    assertThat(check().verdict()).isEqualTo(Verdict.VALID);
  }

  private void assertAccused(String claimStart) {
    assertThat(check().violations()).hasSize(1);
    assertThat(check().violations().getFirst().claim()).startsWith(claimStart);
    assertThat(check().violations().getFirst().calls()).isNotEmpty();
  }
}
