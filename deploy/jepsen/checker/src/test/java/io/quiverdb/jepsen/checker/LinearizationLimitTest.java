package io.quiverdb.jepsen.checker;

import static io.quiverdb.jepsen.checker.RegisterScenario.DELETE;
import static io.quiverdb.jepsen.checker.RegisterScenario.READ;
import static io.quiverdb.jepsen.checker.RegisterScenario.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.jepsen.history.Operation;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LinearizationLimitTest {
  private final RegisterScenario register = new RegisterScenario();

  @Test
  void longHistoryNeedsNoDeepStack() {
    for (int i = 0; i < 20_000; i++) {
      register.writes(0, "v" + i);
    }

    register.assertValid();
  }

  @Test
  void limitGivesUnknownAndAHigherLimitTheVerdict() {
    writeManyValuesSeenInReverse();
    register.start(101, DELETE).ok();

    var finding = new LinearizabilityChecker(5, 1).check(register.history());

    assertThat(finding.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(finding.unknown()).containsExactly("key k");
    register.assertValid();
  }

  @Test
  void zonesDecideWhereTheLimitDoesNot() {
    writeManyValuesSeenInReverse();

    var good = new LinearizabilityChecker(5, 1).check(register.history());
    register.sees(100, "v7");
    var bad = new LinearizabilityChecker(5, 1).check(register.history());

    assertThat(good.verdict()).isEqualTo(Verdict.VALID);
    assertThat(bad.violations()).hasSize(1);
    assertThat(bad.violations().getFirst().calls()).hasSizeBetween(3, 6);
  }

  @Test
  void invalidKeyOutweighsAnUnknownOne() {
    for (int process = 0; process < 20; process++) {
      register.writes(process, "v");
    }
    register.invoke(0, "bad", READ).ok(Optional.of("1"));

    var finding = new LinearizabilityChecker(10, 1).check(register.history());

    assertThat(finding.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(finding.unknown()).containsExactly("key k");
  }

  @Test
  void openWritesNobodySawCostNothing() {
    for (int process = 0; process < 60; process++) {
      register.start(process, write("lost" + process)).info();
    }
    register.writes(100, "1");
    register.sees(100, "2");

    assertThat(new LinearizabilityChecker(1_000, 1).check(register.history()).verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void unknownIncrementsOfWhichFewTookPlaceAreNoObstacle() {
    for (int process = 0; process < 60; process++) {
      register.start(process, new Operation.Increment(1_000 + process)).info();
    }
    register.sees(100);
    register.sees(100, "1042");
    register.start(100, new Operation.Increment(7)).ok();
    register.sees(100, "1049");
    register.sees(100, String.valueOf(1049 + 1003 + 1017));

    assertThat(new LinearizabilityChecker(10_000, 1).check(register.history()).verdict())
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void equalUnknownIncrementsAreNoObstacle() {
    for (int process = 0; process < 60; process++) {
      register.start(process, new Operation.Increment(1)).info();
    }
    register.sees(100);
    register.sees(100, "30");

    assertThat(new LinearizabilityChecker(10_000, 1).check(register.history()).verdict())
        .isEqualTo(Verdict.VALID);

    register.sees(100, "61");
    assertThat(new LinearizabilityChecker(10_000, 1).check(register.history()).verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aHundredProofsAreEnough() {
    for (int key = 0; key < 130; key++) {
      register.invoke(0, "key" + key, READ).ok(Optional.of("1"));
    }

    var finding = new LinearizabilityChecker(1_000, 2).check(register.history());

    assertThat(finding.violations()).hasSize(101);
    assertThat(finding.violations().getLast().claim()).isEqualTo("and 30 more");
  }

  @Test
  void limitBelowOneIsRefused() {
    assertThatThrownBy(() -> new LinearizabilityChecker(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("statesMax: 0 (expected: at least 1)");
  }

  private void writeManyValuesSeenInReverse() {
    for (int process = 0; process < 8; process++) {
      register.start(process, write("v" + process)).info();
    }
    for (int i = 7; i >= 0; i--) {
      register.sees(100, "v" + i);
    }
  }
}
