package io.quiverdb.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quiverdb.jepsen.history.EtcdLogReader;
import io.quiverdb.jepsen.history.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Public histories whose verdicts were found by others.
final class EtcdHistoriesTest {
  private static final String DATASETS = "QUIVER_DATASETS";

  @Test
  void etcd000IsNotLinearizable() throws IOException {
    var verdict = new LinearizabilityChecker().check(read("etcd_000.log"));

    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    System.out.println("etcd_000: " + verdict);
  }

  @Test
  void etcd002IsLinearizable() throws IOException {
    var verdict = new LinearizabilityChecker().check(read("etcd_002.log"));

    assertThat(verdict).isEqualTo(new Verdict.Valid());
  }

  private static History read(String name) throws IOException {
    var datasets = System.getenv(DATASETS);
    assumeTrue(
        datasets != null, DATASETS + " is not set: the public history " + name + " was not judged");
    try (var in = Files.newBufferedReader(Path.of(datasets, "histories", name))) {
      return EtcdLogReader.read(in);
    }
  }
}
