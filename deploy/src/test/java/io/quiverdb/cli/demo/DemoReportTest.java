package io.quiverdb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DemoReportTest {
  private static final DemoReport GOOD =
      new DemoReport(
          34_201, 10_000, 1_000, 2, 0, 1, 1_234, 3, true, true, Optional.empty(), 0.9875);

  @Test
  void jsonHasExactlyTheFields() {
    assertThat(GOOD.toJson())
        .isEqualTo(
            """
            {
              "points": 34201,
              "acknowledged_writes": 10000,
              "acknowledged_after_kill": 1000,
              "unknown_writes": 2,
              "lost_writes": 0,
              "leader_kills": 1,
              "failover_ms": 1234,
              "verified_replicas": 3,
              "replica_hashes_equal": true,
              "encrypted": true,
              "recall_at_10": 0.9875
            }
            """);
  }

  @Test
  void joiningNodeIsPartOfTheReport() {
    var joined =
        new JoiningNode.Joined(Duration.ofMillis(1_500), Duration.ofMillis(4_000), 2, false);
    var report =
        new DemoReport(
            34_201, 10_000, 1_000, 2, 0, 1, 1_234, 3, true, true, Optional.of(joined), 1);

    assertThat(report.toJson())
        .contains("\"join_serves_ms\": 1500,", "\"join_settled_ms\": 4000\n}");
    assertThat(report.shortcomings(34_201, 3))
        .containsExactly("replicas after the fourth node joined: different (expected: equal)");
  }

  @Test
  void goodRunHasNoShortcomings() {
    assertThat(GOOD.shortcomings(34_201, 3)).isEmpty();
  }

  @Test
  void everyShortcomingIsNamed() {
    assertThat(
            new DemoReport(1, 9_999, 999, 0, 1, 0, 0, 2, false, false, Optional.empty(), 0.94)
                .shortcomings(34_201, 3))
        .containsExactly(
            "points: 1 (expected: 34201)",
            "lost_writes: 1 (expected: 0)",
            "acknowledged_writes: 9999 (expected: at least 10000)",
            "acknowledged_after_kill: 999 (expected: at least 1000)",
            "leader_kills: 0 (expected: at least 1)",
            "verified_replicas: 2 (expected: 3)",
            "replica_hashes_equal: false (expected: true)",
            "encrypted: false (expected: true)",
            "recall_at_10: 0.94 (expected: at least 0.95)");
  }
}
