package io.quiverdb.jepsen.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class GraphsWorkloadTest {
  @Test
  void runInWhichNoGraphWasAskedShowsTooLittle() {
    assertThat(new GraphsWorkload().shortfall())
        .contains(
            "graphs: 0 of 0 searches that were explained asked a graph (expected: at least 10)");
  }
}
