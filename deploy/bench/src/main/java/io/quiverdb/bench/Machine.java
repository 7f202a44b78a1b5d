package io.quiverdb.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/// The processors and who uses them, as Linux counts it (`/proc/stat`); elsewhere only what this
/// process uses is known.
final class Machine {
  private static final Path STAT = Path.of("/proc/stat");
  private static final Path OWN_STAT = Path.of("/proc/self/stat");

  /// Fields behind the name of the program, which may hold blanks: of children that have ended.
  private static final int CHILDREN_USER = 13;

  private static final int CHILDREN_SYSTEM = 14;

  /// Fields of its first line, after the name: user, nice, system, idle, iowait, irq, softirq.
  private static final int BUSY_FIELDS = 7;

  private static final int IDLE = 3;
  private static final int IOWAIT = 4;

  /// What Linux counts processor time in for user programs, on all of its usual platforms.
  private static final double TICKS_PER_SECOND = 100;

  private Machine() {}

  /// Processor time that was used so far.
  ///
  /// @param ownSeconds by this process and those that it started
  /// @param allSeconds by all processes, where it is known
  /// @param nanos when it was read
  record Usage(double ownSeconds, OptionalDouble allSeconds, long nanos) {
    double ownSecondsSince(Usage before) {
      return ownSeconds - before.ownSeconds;
    }

    double wallSecondsSince(Usage before) {
      return (nanos - before.nanos) / 1e9;
    }

    /// The share of the whole machine that others took since, 0 to 1; empty where it is not known.
    OptionalDouble othersShareSince(Usage before) {
      if (allSeconds.isEmpty() || before.allSeconds.isEmpty()) {
        return OptionalDouble.empty();
      }
      double all = allSeconds.getAsDouble() - before.allSeconds.getAsDouble();
      double capacity = wallSecondsSince(before) * processors();
      return OptionalDouble.of(Math.clamp((all - ownSecondsSince(before)) / capacity, 0.0, 1.0));
    }
  }

  static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  static Usage usage() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Usage(
        system.getProcessCpuTime() / 1e9 + runningChildrenSeconds() + endedChildrenSeconds(),
        allSeconds(),
        System.nanoTime());
  }

  private static double runningChildrenSeconds() {
    return ProcessHandle.current()
        .descendants()
        .flatMap(child -> child.info().totalCpuDuration().stream())
        .mapToDouble(time -> time.toNanos() / 1e9)
        .sum();
  }

  private static double endedChildrenSeconds() {
    if (!Files.isReadable(OWN_STAT)) {
      return 0;
    }
    try {
      var stat = Files.readString(OWN_STAT);
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Double.parseDouble(fields[CHILDREN_USER])
              + Double.parseDouble(fields[CHILDREN_SYSTEM]))
          / TICKS_PER_SECOND;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot be read: " + OWN_STAT, e);
    }
  }

  private static OptionalDouble allSeconds() {
    if (!Files.isReadable(STAT)) {
      return OptionalDouble.empty();
    }
    try (var lines = Files.lines(STAT)) {
      var fields = lines.findFirst().orElse("").trim().split("\\s+", -1);
      double ticks = 0;
      for (int field = 0; field < BUSY_FIELDS && field + 1 < fields.length; field++) {
        if (field != IDLE && field != IOWAIT) {
          ticks += Double.parseDouble(fields[field + 1]);
        }
      }
      return OptionalDouble.of(ticks / TICKS_PER_SECOND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot be read: " + STAT, e);
    }
  }
}
