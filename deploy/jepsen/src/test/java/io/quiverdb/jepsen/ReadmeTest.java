package io.quiverdb.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.jepsen.nemesis.Nemeses;
import io.quiverdb.jepsen.run.Scenarios;
import io.quiverdb.jepsen.workload.Workloads;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ReadmeTest {
  @Test
  void everyWorkloadNemesisAndScenarioIsExplained() throws Exception {
    var rows =
        Files.readAllLines(Path.of("README.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .toList();

    assertThat(Workloads.names())
        .allMatch(name -> rows.stream().anyMatch(row -> row.startsWith("| `" + name + "` |")));
    assertThat(Scenarios.names())
        .allMatch(name -> rows.stream().anyMatch(row -> row.startsWith("| `" + name + "` |")));
    assertThat(Nemeses.names())
        .allMatch(name -> rows.stream().anyMatch(row -> row.contains("`" + name + "`")));
  }
}
