package io.quiverdb.jepsen.net;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// An [EchoNode] that runs.
final class EchoProcess {
  private static final long GUARD_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final Process process;
  private final Writer commands;
  private final List<String> printed = new ArrayList<>();

  private EchoProcess(Process process) {
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  /// Returns when it listens.
  static EchoProcess start(NodeHost host, int port) throws IOException, InterruptedException {
    var command = new ArrayList<>(host.commandPrefix());
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-cp",
            classes(),
            EchoNode.class.getName(),
            host.listen(),
            String.valueOf(port)));
    var started =
        new EchoProcess(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    // Reading a pipe holds a virtual thread to its carrier.
    var _ = Thread.ofPlatform().daemon().start(started::listen);
    started.await("listening");
    return started;
  }

  long pid() {
    return process.pid();
  }

  void tell(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
  }

  void await(String line) throws InterruptedException {
    var _ = await(line::equals, line);
  }

  /// @return the first line that fits
  synchronized String await(Predicate<String> fits, String expected) throws InterruptedException {
    long end = System.nanoTime() + GUARD_NANOS;
    while (printed.stream().noneMatch(fits)) {
      long left = end - System.nanoTime();
      if (left <= 0 || !process.isAlive()) {
        throw new AssertionError("\"" + expected + "\" was never printed, but " + printed);
      }
      TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, TimeUnit.SECONDS.toNanos(1)));
    }
    return printed.stream().filter(fits).findFirst().orElseThrow();
  }

  synchronized boolean hasPrinted(String line) {
    return printed.contains(line);
  }

  /// Everything printed so far.
  synchronized void forget() {
    printed.clear();
  }

  void kill() throws InterruptedException {
    int _ = process.destroyForcibly().waitFor();
  }

  private void listen() {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (this) {
          printed.add(line);
          notifyAll();
        }
      }
    } catch (IOException _) {
      // It was killed.
    }
  }

  /// Only those of the node: it needs nothing else.
  private static String classes() {
    try {
      return new File(EchoNode.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
