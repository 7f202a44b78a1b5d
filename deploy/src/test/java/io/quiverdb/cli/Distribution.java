package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What users download, unpacked, to be run as they run it.
public final class Distribution {
  static final String VERSION = System.getProperty("version");

  /// What a JVM says on standard error of a server that was given the Vector API; nothing turns it
  /// off.
  private static final String JVM_WARNING =
      "WARNING: Using incubator modules: jdk.incubator.vector\n";

  private final Path workingFolder;

  private Distribution(Path workingFolder) {
    this.workingFolder = workingFolder;
  }

  /// What a command printed, the JVM's own warning left out, and how it ended.
  record Run(int exitCode, String out, String err) {}

  /// @param folder empty; the programs run there
  public static Distribution unpack(Path folder) throws IOException, InterruptedException {
    var tar =
        new ProcessBuilder("tar", "-xzf", System.getProperty("distribution"))
            .directory(folder.toFile())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    return new Distribution(folder);
  }

  public Path launcher() {
    return home().resolve("bin/quiver");
  }

  Path home() {
    return workingFolder.resolve("quiver-" + VERSION);
  }

  Run run(String... arguments) throws IOException, InterruptedException {
    var out = Files.createTempFile(workingFolder, "out", ".txt");
    var err = Files.createTempFile(workingFolder, "err", ".txt");
    var process =
        builder(arguments).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    int exitCode = process.waitFor();
    return new Run(exitCode, Files.readString(out), Files.readString(err).replace(JVM_WARNING, ""));
  }

  /// Runs on; its output goes to a file.
  Process start(Path output, String... arguments) throws IOException {
    return start(Map.of(), output, arguments);
  }

  /// As [#start(Path, String...)], with more variables.
  Process start(Map<String, String> environment, Path output, String... arguments)
      throws IOException {
    var builder = builder(arguments);
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  private ProcessBuilder builder(String... arguments) {
    var command = new ArrayList<>(List.of(launcher().toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(workingFolder.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("QUIVER_ENDPOINTS");
    return builder;
  }
}
