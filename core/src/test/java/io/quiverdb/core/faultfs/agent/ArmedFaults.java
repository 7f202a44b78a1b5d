package io.quiverdb.core.faultfs.agent;

import io.quiverdb.core.faultfs.agent.Fault.Action;
import io.quiverdb.core.faultfs.agent.Fault.Operation;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The faults of the control file, which is looked at before each call: what is armed or healed
/// there counts for every call that begins later. Each fault that strikes is noted in another file.
final class ArmedFaults {
  private static final long STALL_POLL_NANOS = 5_000_000;

  private final Path control;
  private final Path struck;
  private Optional<Object> version = Optional.empty();
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
    var found = version();
    if (found.equals(version)) {
      return;
    }
    List<Armed> read = new ArrayList<>();
    if (found.isPresent()) {
      try (var stream = new FileInputStream(control.toFile())) {
        for (String line :
            new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
          var fault = Fault.parse(line);
          read.add(
              new Armed(fault, control.getFileSystem().getPathMatcher("glob:" + fault.glob())));
        }
      }
    }
    armed = read;
    version = found;
  }

  private record Version(Object file, long nanos, long size) {}

  private Optional<Object> version() throws IOException {
    try {
      var attributes = Files.readAttributes(control, BasicFileAttributes.class);
      return Optional.of(
          new Version(
              attributes.fileKey(),
              attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
              attributes.size()));
    } catch (NoSuchFileException _) {
      return Optional.empty();
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
