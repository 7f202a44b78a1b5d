package io.quiverdb.jepsen.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quiverdb.jepsen.cluster.ClusterPlan.NetChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RunOptionsTest {
  @Test
  void replayIsTheCommandThatRepeatsTheRun() {
    assertThat(options(List.of("register", "set"), List.of("kill"), 60, 3, 6).replay())
        .isEqualTo(
            "test --workload register,set --nemesis kill --time 60 --nodes 3 --concurrency 6"
                + " --seed 7 --net proxies");
    assertThat(options(List.of("set"), List.of(), 60, 3, 6).replay()).doesNotContain("--nemesis");
  }

  @Test
  void whatCannotBeRunIsRefusedByName() {
    assertRefused(() -> options(List.of(), List.of(), 60, 3, 6), "workload: none");
    assertRefused(() -> options(List.of("registers"), List.of(), 60, 3, 6), "workload: registers");
    assertRefused(() -> options(List.of("set"), List.of("kil"), 60, 3, 6), "nemesis: kil");
    assertRefused(() -> options(List.of("set"), List.of(), 4, 3, 6), "time: PT4S");
    assertRefused(() -> options(List.of("set"), List.of(), 60, 2, 6), "nodes: 2");
    assertRefused(() -> options(List.of("set"), List.of(), 60, 3, 0), "concurrency: 0");
    assertRefused(() -> options(List.of("set"), List.of(), 60, 3, 21), "concurrency: 21");
  }

  private static void assertRefused(Runnable call, String beginning) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .withMessageStartingWith(beginning)
        .withMessageContaining("expected: ");
  }

  private static RunOptions options(
      List<String> workloads, List<String> nemeses, int seconds, int nodes, int concurrency) {
    return new RunOptions(
        workloads,
        nemeses,
        Duration.ofSeconds(seconds),
        0,
        nodes,
        concurrency,
        7,
        NetChoice.PROXIES,
        List.of(),
        List.of("quiver", "serve"),
        Path.of("out"),
        Optional.empty());
  }
}
