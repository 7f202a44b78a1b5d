package io.quiverdb.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.checker.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FindingsByWorkloadTest {
  private static final Violation BARE = new Violation("all", "and 3 more", List.of());

  private final Tale tale = new Tale().of("set");

  @Test
  void findingIsOfTheWorkloadItIsNamedAfter() {
    tale.found("set: none lost", BARE);

    assertThat(violations("set")).isEqualTo(1);
    assertThat(violations("register")).isZero();
  }

  @Test
  void findingIsOfTheWorkloadWhoseCallsItHolds() {
    tale.wrote(1, "a");
    tale.found("linearizable", new Violation("k", "lost", tale.history().calls()));

    assertThat(violations("register")).isEqualTo(1);
    assertThat(violations("set")).isZero();
  }

  @Test
  void violationThatCanBeAnyonesIsCountedForAll() {
    tale.found("linearizable", BARE);

    assertThat(violations("register")).isEqualTo(1);
    assertThat(violations("set")).isEqualTo(1);
  }

  @Test
  void onlyWorkloadOfARunHasAllItsFindings() {
    var alone = new Tale().found("linearizable", BARE);

    assertThat(FindingsByWorkload.of(alone.result()).byWorkload().keySet())
        .containsExactly("register");
    assertThat(FindingsByWorkload.of(alone.result()).violationCount("register")).isEqualTo(1);
  }

  private int violations(String workload) {
    return FindingsByWorkload.of(tale.result()).violationCount(workload);
  }
}
