package io.quiverdb.jepsen.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.nemesis.Nemeses;
import io.quiverdb.jepsen.run.Scenario;
import io.quiverdb.jepsen.run.Scenarios;
import io.quiverdb.jepsen.workload.Workloads;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class SuiteTest {
  @Test
  void standardHasEveryWorkloadUnderEveryNemesisTwice() {
    var pairs =
        Suite.STANDARD
            .entries(1)
            .filter(entry -> entry.nemeses().size() == 1 && entry.scenario().isEmpty())
            .flatMap(
                entry ->
                    entry.workloads().stream()
                        .map(workload -> List.of(workload, entry.nemeses().getFirst())))
            .collect(Collectors.groupingBy(pair -> pair, Collectors.counting()));

    assertThat(pairs).hasSize(Workloads.names().size() * Nemeses.names().size());
    assertThat(pairs.values()).containsOnly(2L);
  }

  @Test
  void standardHasEveryScenarioTenTimes() {
    var scenarios =
        Suite.STANDARD
            .entries(1)
            .flatMap(entry -> entry.scenario().stream())
            .collect(Collectors.groupingBy(Scenario::name, Collectors.counting()));

    assertThat(scenarios.keySet()).containsExactlyInAnyOrderElementsOf(Scenarios.names());
    assertThat(scenarios.values()).containsOnly(10L);
  }

  @Test
  void runsHaveNamesOfTheirOwnAndTheSameForTheSameSeed() {
    for (var suite : List.of(Suite.QUICK, Suite.STANDARD)) {
      var entries = suite.entries(3).toList();

      assertThat(entries).isEqualTo(suite.entries(3).toList());
      assertThat(entries.stream().map(Suite.Entry::name)).doesNotHaveDuplicates();
    }
    assertThat(Suite.SOAK.entries(3).limit(50).map(Suite.Entry::seed).collect(Collectors.toSet()))
        .hasSize(50);
  }
}
