package io.quiverdb.node.doctor;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the system allows a process: open files, mappings, memory.
final class LimitsCheck {
  private static final long OPEN_FILES_MIN = 1_024;
  private static final long OPEN_FILES_ENOUGH = 16_384;

  /// Each file of a segment is a mapping; this is what Linux allows by default.
  private static final long MAPPINGS_ENOUGH = 65_530;

  private static final Path MAPPINGS = Path.of("/proc/sys/vm/max_map_count");
  private static final double HEAP_SHARE_MAX = 0.75;
  private static final double BYTES_PER_GIBIBYTE = 1 << 30;

  private LimitsCheck() {}

  static List<Finding> examine() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    List<Finding> findings = new ArrayList<>();
    if (system instanceof UnixOperatingSystemMXBean unix) {
      findings.add(openFiles(unix.getMaxFileDescriptorCount()));
    }
    if (Files.isReadable(MAPPINGS)) {
      findings.add(mappings());
    }
    if (system instanceof OperatingSystemMXBean machine) {
      findings.add(memory(Runtime.getRuntime().maxMemory(), machine.getTotalMemorySize()));
    }
    return findings;
  }

  static Finding openFiles(long most) {
    var found = "at most %d".formatted(most);
    var advice = "Raise it (ulimit -n, LimitNOFILE): connections and log files count too.";
    if (most < OPEN_FILES_MIN) {
      return Finding.bad("open files", found, advice);
    }
    return most < OPEN_FILES_ENOUGH
        ? Finding.warning("open files", found, advice)
        : Finding.good("open files", found);
  }

  private static Finding mappings() {
    try {
      long most = Long.parseLong(Files.readString(MAPPINGS).strip());
      var found = "at most %d".formatted(most);
      return most < MAPPINGS_ENOUGH
          ? Finding.warning(
              "mappings", found, "Raise vm.max_map_count: files are read through mappings.")
          : Finding.good("mappings", found);
    } catch (IOException | NumberFormatException e) {
      return Finding.good("mappings", "not known: " + e.getMessage());
    }
  }

  static Finding memory(long heapBytes, long machineBytes) {
    var found =
        String.format(
            Locale.ROOT,
            "heap of %.1f GiB, machine or container of %.1f GiB",
            heapBytes / BYTES_PER_GIBIBYTE,
            machineBytes / BYTES_PER_GIBIBYTE);
    return heapBytes > HEAP_SHARE_MAX * machineBytes
        ? Finding.warning(
            "memory",
            found,
            "Leave a quarter to mapped files and the JVM itself: QUIVER_JAVA_OPTIONS=-Xmx…")
        : Finding.good("memory", found);
  }
}
