package io.quiverdb.cli.local;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A node as a process of its own, started and ended by its handle only. Its output goes to a file,
/// so that it can outlive us.
public final class NodeProcess {
  private static final int LOG_LINES_SHOWN = 5;

  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private Optional<Process> process = Optional.empty();
  private boolean gone;

  public NodeProcess(List<String> command, Map<String, String> environment, Path log) {
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.log = log;
  }

  public void start() throws IOException {
    start(Map.of());
  }

  /// @param more of the environment, for this once
  public synchronized void start(Map<String, String> more) throws IOException {
    if (gone) {
      return;
    }
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    builder.environment().putAll(more);
    process = Optional.of(builder.start());
  }

  public synchronized long pid() {
    return process.orElseThrow().pid();
  }

  public synchronized boolean isAlive() {
    return process.map(Process::isAlive).orElse(false);
  }

  /// SIGKILL: no chance to finish anything.
  public synchronized void kill() throws InterruptedException {
    if (process.isPresent()) {
      process.get().destroyForcibly().waitFor();
    }
  }

  /// SIGSTOP: it does nothing until [#resume], and does not know that it did nothing.
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /// SIGCONT.
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  /// @throws IOException if it is not there to be signalled
  private void signal(String name) throws IOException, InterruptedException {
    var command = List.of("kill", "-" + name, String.valueOf(pid()));
    var kill = new ProcessBuilder(command).redirectErrorStream(true).start();
    var complaint = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (kill.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + complaint.strip());
    }
  }

  /// SIGKILL without waiting for the end; it is never started again.
  public synchronized void killForGood() {
    gone = true;
    process.ifPresent(Process::destroyForcibly);
  }

  /// SIGTERM.
  public synchronized void askToStop() {
    process.ifPresent(Process::destroy);
  }

  /// @return whether it has ended
  public boolean awaitEnd(long seconds) throws InterruptedException {
    var awaited = handle();
    return awaited.isEmpty() || awaited.get().waitFor(seconds, TimeUnit.SECONDS);
  }

  /// The end of what it printed, to say why it ended.
  public String lastWords() {
    try {
      var lines = new ArrayList<>(Files.readAllLines(log));
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    } catch (IOException _) {
      return "";
    }
  }

  private synchronized Optional<Process> handle() {
    return process;
  }
}
