package io.quiverdb.core.faultfs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A [DiskTarget] in a JVM of its own, on a [FaultFs].
final class DiskProcess implements AutoCloseable {
  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;

  private DiskProcess(Process process) {
    this.process = process;
    this.commands = process.outputWriter();
    this.answers = process.inputReader();
  }

  static DiskProcess start(FaultFs disk, Path agentJar) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-ea"));
    command.addAll(disk.jvmOptions(agentJar));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(DiskTarget.class.getName(), disk.tree().toString()));
    var process =
        new DiskProcess(new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
    process.requireOk(process.answer());
    return process;
  }

  DiskProcess call(String command) throws IOException {
    requireOk(ask(command));
    return this;
  }

  /// @return `ok` or what went wrong
  String ask(String command) throws IOException {
    send(command);
    return answer();
  }

  void send(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
  }

  String answer() throws IOException {
    var line = answers.readLine();
    if (line == null) {
      throw new IOException("it has ended");
    }
    return line;
  }

  private void requireOk(String answer) throws IOException {
    if (!answer.equals("ok")) {
      throw new IOException(answer);
    }
  }

  /// With SIGKILL.
  @Override
  public void close() {
    try {
      var _ = process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
