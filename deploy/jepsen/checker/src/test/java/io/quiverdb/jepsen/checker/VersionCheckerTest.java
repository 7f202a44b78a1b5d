package io.quiverdb.jepsen.checker;

import static io.quiverdb.jepsen.checker.Scenario.at;
import static io.quiverdb.jepsen.checker.Scenario.done;
import static io.quiverdb.jepsen.checker.Scenario.entry;
import static io.quiverdb.jepsen.checker.Scenario.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Operation;
import io.quiverdb.jepsen.history.Witness;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class VersionCheckerTest {
  private static final Operation READ = new Operation.Read();

  private final Scenario scenario = new Scenario();

  @Test
  void numbersThatGrowAreGood() {
    write("a", "1", Witness.of(0, 1, 10, 1));
    write("b", "1", Witness.of(1, 1, 3, 1));
    var coalesced = scenario.start("b", new Operation.Write("2"));
    write("a", "2", Witness.of(0, 1, 12, 2));
    coalesced.ok(done(), Witness.of(0, 1, 12, 3));
    write("a", "3", Witness.of(0, 2, 13, 4));
    scenario.start("a", READ).ok(value("3"), Witness.of(0, 2, 13, 4));
    scenario.start("a", new Operation.Delete()).ok(done(), Witness.of(0, 2, 14, 5));
    scenario.start("a", READ).ok(absent(), Witness.of(0, 3, 15));
    scenario.writes("c", "without a witness");

    assertThat(check().violations()).isEmpty();
    assertThat(check().judgedCount()).isEqualTo(8);
  }

  @Test
  void laterWriteStandsBehind() {
    write("a", "1", at(5, 5));
    write("b", "1", at(4, 6));

    assertAccused("shard 0", "a write stands before");
  }

  @Test
  void laterWriteHasAGreaterVersion() {
    write("a", "1", at(5, 5));
    write("b", "1", at(6, 4));

    assertAccused("shard 0", "a write has an older version");
  }

  @Test
  void writeThatIsToldAgainHasItsOldVersion() {
    var write = scenario.start("a", new Operation.Write("1"));
    scenario.start("a", new Operation.Delete()).ok(done(), at(6, 6));
    write.ok(done(), at(9, 5));
    scenario.start("a", READ).ok(absent(), Witness.of(0, 1, 9));

    assertThat(check().violations()).isEmpty();
  }

  @Test
  void lateAttemptHasTheVersionOfTheFirst() {
    scenario.attempt("r", "a", new Operation.Write("1")).ok(done(), at(5, 5));
    write("b", "1", at(6, 6));
    scenario.attempt("r", "a", new Operation.Write("1")).ok(done(), at(7, 5));

    assertThat(check().violations()).isEmpty();
  }

  @Test
  void concurrentWritesMayStandInEitherOrder() {
    var first = scenario.start("a", new Operation.Write("1"));
    write("b", "1", at(4, 4));
    first.ok(done(), at(3, 3));

    assertThat(check().violations()).isEmpty();
  }

  @Test
  void laterReadReflectsAtLeastAsMuch() {
    write("a", "1", at(5, 5));
    scenario.start("b", READ).ok(absent(), Witness.of(0, 1, 4));

    assertAccused("shard 0", "stale: a read does not reflect");
  }

  @Test
  void readsNeverGoBack() {
    scenario.start("b", READ).ok(absent(), Witness.of(0, 1, 4));
    scenario.start("b", READ).ok(absent(), Witness.of(0, 1, 3));

    assertAccused("shard 0", "stale: a read does not reflect");
  }

  @Test
  void termDoesNotFall() {
    write("a", "1", Witness.of(0, 2, 5, 5));
    write("b", "1", Witness.of(0, 1, 6, 6));

    assertAccused("shard 0", "a later entry has an older term");
  }

  @Test
  void indexHasOneTerm() {
    var first = scenario.start("a", new Operation.Write("1"));
    write("b", "1", Witness.of(0, 1, 6, 6));
    first.ok(done(), Witness.of(0, 2, 6, 5));

    assertAccused("shard 0", "an index has two terms");
  }

  @Test
  void writesHaveVersionsOfTheirOwn() {
    var first = scenario.start("a", new Operation.Write("1"));
    write("b", "1", at(6, 5));
    first.ok(done(), at(5, 5));

    assertAccused("shard 0", "two writes have one version");
  }

  @Test
  void attemptsAtOneWriteShareAVersion() {
    scenario.attempt("r", "a", new Operation.Write("1")).ok(done(), at(5, 5));
    scenario
        .attempt("r", "a", new Operation.Write("1"))
        .ok(done(), new Witness(List.of(), OptionalLong.of(5)));

    assertThat(check().violations()).isEmpty();
  }

  @Test
  void versionHasOneValue() {
    write("a", "1", at(5, 5));
    scenario.start("a", READ).ok(value("2"), at(5, 5));

    assertAccused("key c/a", "one version has two values");
  }

  @Test
  void versionHasOneValueInScansAndSearchesToo() {
    write("a", "1", at(5, 5));
    scenario.scans(entry("a", "2", 5));

    assertAccused("key c/a", "one version has two values");
  }

  @Test
  void readSeesTheLastWriteThatItsPositionReflects() {
    write("a", "1", at(5, 5));
    var write = scenario.start("a", new Operation.Write("2"));
    scenario.start("a", READ).ok(value("1"), at(6, 5));
    write.ok(done(), at(6, 6));

    assertAccused("key c/a", "stale: an older version");
  }

  @Test
  void ofSeveralWritesInOneEntryTheLastIsSeen() {
    var first = scenario.start("a", new Operation.Write("1"));
    var second = scenario.start("a", new Operation.Write("2"));
    second.ok(done(), at(5, 6));
    first.ok(done(), at(5, 5));
    scenario.start("a", READ).ok(value("2"), at(5, 6));
    assertThat(check().violations()).isEmpty();

    scenario.start("a", READ).ok(value("1"), at(5, 5));
    assertAccused("key c/a", "stale: an older version");
  }

  @Test
  void readBeforeTheWriteMaySeeTheOlder() {
    write("a", "1", at(5, 5));
    var write = scenario.start("a", new Operation.Write("2"));
    scenario.start("a", READ).ok(value("1"), at(5, 5));
    write.ok(done(), at(6, 6));

    assertThat(check().violations()).isEmpty();
  }

  @Test
  void absenceBehindAWriteIsLost() {
    write("a", "1", at(5, 5));
    scenario.start("a", READ).ok(absent(), Witness.of(0, 1, 5));

    assertAccused("key c/a", "lost");
  }

  @Test
  void absenceInABatchOfReadsIsLostToo() {
    write("a", "1", at(5, 5));
    scenario
        .start(new Operation.ReadBatch(List.of("a", "b")))
        .ok(new Answer.Entries(List.of()), Witness.of(0, 1, 5));

    assertAccused("key c/a", "lost");
  }

  @Test
  void unknownDeleteMayExplainAbsence() {
    write("a", "1", at(5, 5));
    scenario.start("a", new Operation.Delete()).info();
    scenario.start("a", READ).ok(absent(), Witness.of(0, 1, 6));

    assertThat(check().violations()).isEmpty();
  }

  @Test
  void dropExplainsAbsence() {
    write("a", "1", at(5, 5));
    scenario.start(new Operation.Drop()).ok();
    scenario.start(new Operation.Create()).ok();
    scenario.start("a", READ).ok(absent(), Witness.of(0, 1, 8));

    assertThat(check().violations()).isEmpty();
  }

  private void write(String key, String value, Witness witness) {
    scenario.start(key, new Operation.Write(value)).ok(done(), witness);
  }

  private static Answer absent() {
    return new Answer.Value(Optional.empty());
  }

  private Finding check() {
    return new VersionChecker().check(scenario.history());
  }

  private void assertAccused(String subject, String... claimStarts) {
    var violations = check().violations();
    assertThat(violations).hasSize(claimStarts.length);
    assertThat(violations).extracting(Violation::subject).containsOnly(subject);
    for (var claimStart : claimStarts) {
      assertThat(violations).anyMatch(violation -> violation.claim().startsWith(claimStart));
    }
    assertThat(violations).allMatch(violation -> violation.calls().size() == 2);
  }
}
