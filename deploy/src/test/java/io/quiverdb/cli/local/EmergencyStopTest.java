package io.quiverdb.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class EmergencyStopTest {
  @TempDir private Path folder;

  /// Says that it is at work, and then ends by itself if it is told to.
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      var left = Path.of(arguments[0]);
      try (var _ = new EmergencyStop(() -> write(left))) {
        System.out.println("at work");
        if (arguments[1].equals("waits")) {
          Thread.currentThread().join();
        }
      }
    }

    private static void write(Path left) {
      try {
        Files.writeString(left, "stopped");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Process program(Path left, String manner) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                left.toString(),
                manner))
        .redirectErrorStream(true)
        .start();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void programThatIsEndedBySignalDoesWhatItOwes() throws Exception {
    var left = folder.resolve("left");
    var process = program(left, "waits");
    try (var said = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(said.readLine()).isEqualTo("at work");

      process.destroy();

      assertThat(process.waitFor()).isNotZero();
    }
    assertThat(left).hasContent("stopped");
  }

  @Test
  void programThatCameToItsEndOwesNothing() throws Exception {
    var left = folder.resolve("left");
    var process = program(left, "ends");

    assertThat(process.waitFor()).isZero();
    assertThat(left).doesNotExist();
  }
}
