package io.quiverdb.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.history.Operation;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WriteGapsTest {
  private final Tale tale = new Tale();

  @Test
  void gapReachesFromAcknowledgementToAcknowledgementWhileAWriteIsWanted() {
    tale.at(100);
    var first = tale.write(1, "a");
    var second = tale.write(2, "b");
    tale.at(110);
    first.ok();
    tale.at(3_000);
    second.ok();

    assertThat(longestMillis()).isEqualTo(2_890);
  }

  @Test
  void timeInWhichNobodyWantsToWriteIsNoGap() {
    tale.at(100).wrote(1, "a");
    tale.at(5_000).saw(1, "a");
    tale.at(9_000);
    var next = tale.write(1, "b");
    tale.at(9_020);
    next.ok();

    assertThat(longestMillis()).isEqualTo(20);
  }

  @Test
  void writesThatFailOrOfUnknownFateDoNotEndAGap() {
    tale.at(100);
    var failed = tale.write(1, "a");
    tale.at(200);
    failed.fail("no leader");
    tale.at(300);
    var unknown = tale.write(1, "b");
    tale.at(400);
    unknown.info("timeout");
    tale.at(1_000).wrote(2, "c");

    assertThat(longestMillis()).isEqualTo(900);
  }

  @Test
  void refusalForAConditionAcknowledgesNothing() {
    tale.at(0);
    var refused = tale.ask(1, "k", new Operation.CompareAndSet(Optional.of("x"), "y"));
    tale.at(50);
    refused.mismatch();
    tale.at(700).wrote(1, "a");

    assertThat(longestMillis()).isEqualTo(700);
  }

  @Test
  void gapThatNothingEndedLastsAsLongAsClientsDidAnything() {
    tale.at(0);
    var _ = tale.write(1, "a");
    tale.at(4_000).saw(2, "");

    assertThat(longestMillis()).isEqualTo(4_000);
  }

  @Test
  void operatorsWritesBeforeAndAfterPlayNoPart() {
    tale.at(0);
    var stuck = tale.write(1, "a");
    tale.at(500).wrote(-1, "by the operator");
    tale.at(1_000);
    stuck.info("timeout");
    tale.at(60_000).wrote(-2, "by the operator");

    assertThat(longestMillis()).isEqualTo(1_000);
  }

  @Test
  void faultHasTheLongestOfTheGapsThatOverlapIt() {
    tale.at(0);
    var stuck = tale.write(9, "held");
    tale.at(100).wrote(1, "a");
    tale.at(5_000).wrote(1, "before");
    tale.at(5_500);
    var kill = tale.fault("kill", "n1");
    tale.at(6_000).wrote(1, "b");
    tale.at(6_700);
    kill.end();
    tale.at(7_800).wrote(1, "c");
    tale.at(20_000).wrote(1, "after");
    stuck.ok();
    var gaps = WriteGaps.of(tale.history());

    assertThat(gaps.longestDuring(tale.history().faults().getFirst()))
        .contains(Duration.ofMillis(1_800));
    assertThat(gaps.longest()).isEqualTo(Duration.ofMillis(12_200));
  }

  @Test
  void faultWithoutAnyoneWritingHasNoGap() {
    tale.at(0);
    var pause = tale.fault("pause", "n1");
    tale.at(100).saw(1, "a");
    pause.end();
    var gaps = WriteGaps.of(tale.history());

    assertThat(gaps.longestDuring(tale.history().faults().getFirst())).isEmpty();
    assertThat(gaps.longest()).isZero();
  }

  private long longestMillis() {
    return WriteGaps.of(tale.history()).longest().toMillis();
  }
}
