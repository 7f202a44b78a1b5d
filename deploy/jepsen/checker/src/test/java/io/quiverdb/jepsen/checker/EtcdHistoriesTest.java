package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quiverdb.jepsen.history.EtcdLogReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Public histories whose verdicts were found by others: the logs of Jepsen's etcd test that come
/// with Horn's and Kroening's checker and with Porcupine, `etcd_000.log` to `etcd_102.log`. Judges
/// those that are there.
final class EtcdHistoriesTest {
  private static final String DATASETS = "QUIVER_DATASETS";
  private static final Pattern NAME = Pattern.compile("etcd_(\\d{3})\\.log");

  /// All others are not.
  private static final Set<Integer> LINEARIZABLE =
      Set.of(
          2, 5, 7, 18, 25, 31, 38, 45, 48, 49, 51, 53, 56, 67, 75, 76, 80, 87, 92, 98, 100, 101,
          102);

  private final LinearizabilityChecker checker = new LinearizabilityChecker();

  @Test
  void everyLogGetsTheVerdictThatOthersFound() throws IOException {
    var logs = logs();

    for (var log : logs) {
      var finding = check(log);

      assertThat(finding.verdict())
          .as("%s: %s", log, finding)
          .isEqualTo(LINEARIZABLE.contains(number(log)) ? Verdict.VALID : Verdict.INVALID);
    }
    System.out.printf("public etcd histories judged right: %d%n", logs.size());
  }

  private Finding check(Path log) throws IOException {
    try (var in = Files.newBufferedReader(log)) {
      return checker.check(EtcdLogReader.read(in));
    }
  }

  private static List<Path> logs() throws IOException {
    var datasets = System.getenv(DATASETS);
    assumeTrue(datasets != null, DATASETS + " is not set: no public history was judged");
    try (var files = Files.list(Path.of(datasets, "histories"))) {
      var logs =
          new ArrayList<>(
              files.filter(file -> NAME.matcher(file.getFileName().toString()).matches()).toList());
      logs.removeIf(log -> log.toFile().length() == 0); // etcd_095.log is
      assertThat(logs).isNotEmpty();
      return logs;
    }
  }

  private static int number(Path log) {
    var name = NAME.matcher(log.getFileName().toString());
    assertThat(name.matches()).isTrue();
    return Integer.parseInt(name.group(1));
  }
}
