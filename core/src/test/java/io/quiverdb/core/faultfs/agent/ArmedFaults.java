package io.quiverdb.core.faultfs.agent;

import io.quiverdb.core.faultfs.agent.Fault.Action;
import io.quiverdb.core.faultfs.agent.Fault.Operation;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// The faults of the control file, which is read before each call: what is armed or healed there
/// counts for every call that begins later. Each fault that strikes is noted in another file.
final class ArmedFaults {
  private static final long STALL_POLL_NANOS = 5_000_000;

  private final Path control;
  private final Path struck;
  private String read = "";
  private List<Armed> armed = List.of();

  ArmedFaults(Path control, Path struck) {
    this.control = control;
    this.struck = struck;
  }

  private static final class Armed {
    private final Fault fault;
    private final PathMatcher matcher;
    private long calls;

    Armed(Fault fault, PathMatcher matcher) {
      this.fault = fault;
      this.matcher = matcher;
    }

    boolean strikes(Operation operation, Path path) {
      if (fault.operation() != operation || !matcher.matches(path)) {
        return false;
      }
      calls++;
      return calls >= fault.first() && calls - fault.first() < fault.count();
    }
  }

  /// Waits as long as a fault wants it.
  ///
  /// @param path below the tree
  /// @return what else the fault does to this call
  Optional<Action> strike(Operation operation, Path path) throws IOException {
    var strikes = striking(operation, path);
    Optional<Action> effect = Optional.empty();
    for (Armed strike : strikes) {
      note(strike.fault, path);
      switch (strike.fault.action()) {
        case SLOW -> pause(strike.fault.delay().toNanos());
        case STALL -> {
          while (isArmed(strike)) {
            pause(STALL_POLL_NANOS);
          }
        }
        case EIO, ENOSPC, SKIP -> effect = Optional.of(strike.fault.action());
      }
    }
    return effect;
  }

  private synchronized List<Armed> striking(Operation operation, Path path) throws IOException {
    reload();
    return armed.stream().filter(fault -> fault.strikes(operation, path)).toList();
  }

  private synchronized boolean isArmed(Armed fault) throws IOException {
    reload();
    return armed.contains(fault);
  }

  private void reload() throws IOException {
    String found = content();
    if (!found.equals(read)) {
      armed = found.lines().skip(1).map(Fault::parse).map(this::armed).toList();
      read = found;
    }
  }

  private Armed armed(Fault fault) {
    return new Armed(fault, control.getFileSystem().getPathMatcher("glob:" + fault.glob()));
  }

  private String content() throws IOException {
    if (!Files.exists(control)) {
      return "";
    }
    try (var stream = new FileInputStream(control.toFile())) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (FileNotFoundException _) {
      // Healed in between.
      return "";
    }
  }

  private void note(Fault fault, Path path) throws IOException {
    try (var out = new FileOutputStream(struck.toFile(), true)) {
      out.write((fault.format() + "\t" + path + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  /// An interrupted thread waits too: a disk does not hear of it.
  private static void pause(long nanos) {
    boolean interrupted = Thread.interrupted();
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
