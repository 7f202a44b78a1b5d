package io.quiverdb.jepsen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
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
          test                                        | --workload
          test --workload registers                   | workload: registers (expected: one of register,
          test --workload set --nemesis kil           | nemesis: kil (expected: one of kill,
          test --workload set --time x                | --time
          test --workload set --net wires             | wires (expected: auto, namespaces or proxies)
          suite fast                                  | suite: fast (expected: quick, standard or soak)
          tset                                        | tset
          """)
  void callThatMakesNoSenseIsToldInALine(String call, String told) {
    assertThat(run(call.split(" "))).isEqualTo(64);
    assertThat(err.toString()).contains(told).hasLineCount(1);
  }

  @Test
  void helpNamesTheExitCodes() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Ends with 0");
  }

  private int run(String... arguments) {
    return JepsenCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
