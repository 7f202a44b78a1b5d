package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir Path folder;
  private String out = "";

  @Test
  void portInUseIsANegativeAnswerWithAdvice() throws IOException {
    try (var used = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var listen = "127.0.0.1:" + used.getLocalPort();

      assertThat(run("doctor", "--data-dir", folder.resolve("d").toString(), "--listen", listen))
          .isEqualTo(ExitCode.NEGATIVE);
      assertThat(out)
          .contains("CHECK", "VERDICT", "FOUND", "ADVICE", "disk sync", listen, "bad")
          .endsWith("a node cannot run here as it should\n");

      assertThat(
              run(
                  "doctor",
                  "--data-dir",
                  folder.resolve("d").toString(),
                  "--listen",
                  listen,
                  "--output",
                  "json"))
          .isEqualTo(ExitCode.NEGATIVE);
      assertThat(out)
          .startsWith("{\"fit\":false,\"findings\":[{\"check\":\"data-dir\",\"verdict\":\"good\"")
          .endsWith("]}\n");
    }
  }

  private int run(String... arguments) {
    var text = new StringWriter();
    int exitCode =
        QuiverCommand.commandLine()
            .setOut(new PrintWriter(text, true))
            .setErr(new PrintWriter(text, true))
            .execute(arguments);
    out = text.toString();
    return exitCode;
  }
}
