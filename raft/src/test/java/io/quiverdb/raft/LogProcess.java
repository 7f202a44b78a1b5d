package io.quiverdb.raft;

import io.quiverdb.core.faultfs.FaultFs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A [LogTarget] in a JVM of its own, on a disk that can fail.
final class LogProcess implements AutoCloseable {
  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;

  private LogProcess(Process process) {
    this.process = process;
    this.commands = process.outputWriter();
    this.answers = process.inputReader();
  }

  /// Returns once it leads.
  ///
  /// @param errors what it says on standard error
  /// @throws IOException if it does not start
  static LogProcess start(
      FaultFs disk, Path agentJar, LogTarget.Keeping keeping, int port, Path errors)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-ea", "-Xmx256m"));
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(disk.jvmOptions(agentJar));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            LogTarget.class.getName(),
            disk.tree().toString(),
            Loopback.host(),
            Integer.toString(port),
            keeping.name()));
    var process =
        new LogProcess(
            new ProcessBuilder(command).redirectError(Redirect.appendTo(errors.toFile())).start());
    process.awaitAnswer("ready");
    return process;
  }

  void send(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
  }

  /// @throws IOException if it has ended
  String answer() throws IOException {
    var line = answers.readLine();
    while (line != null && !line.matches("(ready|acknowledged|failed|holds|fatal)\\b.*")) {
      line = answers.readLine();
    }
    if (line == null) {
      throw new IOException("it has ended");
    }
    return line;
  }

  void awaitAnswer(String expected) throws IOException {
    String answer = answer();
    if (!answer.equals(expected)) {
      throw new IOException("%s (expected: %s)".formatted(answer, expected));
    }
  }

  /// Whether it has said something that was not read yet.
  boolean hasAnswer() throws IOException {
    return answers.ready();
  }

  /// The entries that it has applied and whose names begin so.
  Set<String> list(String prefix) throws IOException {
    send("list " + prefix);
    return Set.of(answer().substring("holds".length()).strip().split(" "));
  }

  /// With SIGKILL; what it has said can still be read.
  void kill() {
    var _ = process.toHandle().destroyForcibly();
  }

  @Override
  public void close() {
    try {
      var _ = process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
