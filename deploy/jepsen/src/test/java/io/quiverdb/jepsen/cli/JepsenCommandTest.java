package io.quiverdb.jepsen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JepsenCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          test                                        | workload: none (expected: at least one)
          test --scenario stale                       | scenario: stale (expected: one of stale-reads-idle,
          test --scenario stale-reads-idle --time 9   | scenario: stale-reads-idle (expected: no --time)
          mutants --checkout ../.. --only none        | mutant: none (expected: one of
          test --workload registers                   | workload: registers (expected: one of register,
          test --workload set --nemesis kil           | nemesis: kil (expected: one of kill,
          test --workload set --time x                | --time
          test --workload set --net wires             | wires (expected: auto, namespaces or proxies)
          suite fast                                  | suite: fast (expected: quick, standard or soak)
          check /nowhere                              | /nowhere: cannot be read (expected: a history)
          check --format edn x                        | edn (expected: json-lines or jepsen-etcd)
          tset                                        | tset
          """)
  void callThatMakesNoSenseIsToldInALine(String call, String told) {
    assertThat(run(call.split(" "))).isEqualTo(64);
    assertThat(err.toString()).contains(told).hasLineCount(1);
  }

  @Test
  void folderThatHoldsSomethingIsNotTakenForARun(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("history.jsonl"), "");

    assertThat(run("test", "--workload", "set", "--out", folder.toString())).isEqualTo(64);
    assertThat(err.toString()).contains("out: " + folder + " is not empty").hasLineCount(1);
  }

  @Test
  void helpNamesTheExitCodes() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Ends with 0");
  }

  @Test
  void historyIsJudgedAgain(@TempDir Path folder) throws Exception {
    var good =
        """
        INFO  jepsen.util - 0  :invoke :write 1
        INFO  jepsen.util - 0  :ok     :write 1
        INFO  jepsen.util - 0  :invoke :read  nil
        INFO  jepsen.util - 0  :ok     :read  1
        """;
    var bad = good.replace(":read  1", ":read  2");
    var goodFile = Files.writeString(folder.resolve("good.log"), good).toString();
    var badFile = Files.writeString(folder.resolve("bad.log"), bad).toString();

    assertThat(run("check", "--format", "jepsen-etcd", goodFile)).isZero();
    assertThat(run("check", "--format", "jepsen-etcd", badFile)).isEqualTo(1);
    assertThat(run("check", goodFile)).isEqualTo(64);
    assertThat(err.toString()).contains("good.log: line 1: ");
  }

  private int run(String... arguments) {
    return JepsenCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
