package io.quiverdb.node.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The disk below the data folder: room, and how long a sync takes, which every write waits for.
final class DiskCheck {
  private static final int SYNCS = 100;
  private static final int BYTES = 4096;
  private static final double SLOW_MILLIS = 10;
  private static final double VERY_SLOW_MILLIS = 100;

  /// No disk is so fast, nor is any that has to keep what it takes.
  private static final double IMPLAUSIBLE_MILLIS = 0.01;

  private static final double FREE_WARNING = 0.10;
  private static final double FREE_BAD = 0.03;
  private static final double BYTES_PER_GIBIBYTE = 1 << 30;

  private DiskCheck() {}

  static List<Finding> examine(Path dataDirectory) {
    Path folder = existing(dataDirectory.toAbsolutePath().normalize());
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      return List.of(
          Finding.bad(
              "data-dir",
              folder + " cannot be written to",
              "Make it a folder of the user that runs the node."));
    }
    try {
      return List.of(
          Finding.good("data-dir", "on " + Files.getFileStore(folder)),
          room(folder),
          syncs(folder));
    } catch (IOException e) {
      return List.of(
          Finding.bad("data-dir", folder + ": " + e, "Look for what the system says of the disk."));
    }
  }

  /// It, or the nearest folder above it that there is.
  private static Path existing(Path path) {
    Path folder = path;
    while (!Files.exists(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    return folder;
  }

  private static Finding room(Path folder) throws IOException {
    var store = Files.getFileStore(folder);
    double free = (double) store.getUsableSpace() / Math.max(1, store.getTotalSpace());
    var found =
        String.format(
            Locale.ROOT,
            "%.1f GiB of %.1f GiB free",
            store.getUsableSpace() / BYTES_PER_GIBIBYTE,
            store.getTotalSpace() / BYTES_PER_GIBIBYTE);
    if (free < FREE_BAD) {
      return Finding.bad("disk space", found, "Make room before a write fails.");
    }
    return free < FREE_WARNING
        ? Finding.warning("disk space", found, "Make room: a full disk stops the node.")
        : Finding.good("disk space", found);
  }

  private static Finding syncs(Path folder) throws IOException {
    var millis = measure(folder);
    double median = millis[SYNCS / 2];
    var found =
        String.format(
            Locale.ROOT,
            "%d KiB synced in %.2f ms, 99 of 100 in %.2f ms",
            BYTES / 1024,
            median,
            millis[SYNCS - 2]);
    if (median < IMPLAUSIBLE_MILLIS) {
      return Finding.warning(
          "disk sync",
          found,
          "That is memory, or a cache that may lose what it took: writes may not outlive a power"
              + " cut.");
    }
    if (median > VERY_SLOW_MILLIS) {
      return Finding.bad("disk sync", found, "Every write waits so long: use another disk.");
    }
    return median > SLOW_MILLIS
        ? Finding.warning("disk sync", found, "Every write waits so long; an SSD takes 1 ms.")
        : Finding.good("disk sync", found);
  }

  /// Sorted.
  private static double[] measure(Path folder) throws IOException {
    var millis = new double[SYNCS];
    Path file = Files.createTempFile(folder, "quiver-doctor", ".tmp");
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int sync = 0; sync < SYNCS; sync++) {
        long begun = System.nanoTime();
        channel.write(ByteBuffer.allocate(BYTES));
        channel.force(false);
        millis[sync] = (System.nanoTime() - begun) / 1e6;
      }
    } finally {
      Files.deleteIfExists(file);
    }
    Arrays.sort(millis);
    return millis;
  }
}
