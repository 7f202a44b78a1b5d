package io.quiverdb.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How much room is left on the disk of a node's data, and what is done less of because of that.
/// What a level has ended begins again when there is a little more room than that level needs.
final class DiskSpace {
  private static final Logger log = LoggerFactory.getLogger(DiskSpace.class);

  /// So that the node does not waver between two levels.
  private static final int MARGIN_PERCENT = 1;

  private final Path directory;
  private final Probe probe;
  private volatile Room room = new Room(1, 1);
  private volatile Level level = Level.ROOMY;

  /// From good to bad; each with the share of the disk that is free at most.
  enum Level {
    ROOMY(100),

    /// Logs are not kept for members that fetch a snapshot.
    FILLING(15),

    /// Writes that add to the data are refused where this node leads.
    LOW(10),

    /// Replicas are stopped: a write that fails for lack of room would end the process.
    FULL(3);

    private final int freePercentMax;

    Level(int freePercentMax) {
      this.freePercentMax = freePercentMax;
    }
  }

  /// @param freeBytes that this process may use
  record Room(long freeBytes, long totalBytes) {
    private boolean isBelow(int percent) {
      return freeBytes < totalBytes / 100.0 * percent;
    }

    private long freePercent() {
      return freeBytes * 100 / Math.max(1, totalBytes);
    }
  }

  /// Asks the operating system.
  interface Probe {
    Room room(Path directory) throws IOException;
  }

  static Room ofFileStore(Path directory) throws IOException {
    var disk = Files.getFileStore(directory);
    return new Room(disk.getUsableSpace(), disk.getTotalSpace());
  }

  /// @param directory on the disk
  DiskSpace(Path directory, Probe probe) {
    this.directory = directory;
    this.probe = probe;
    look();
  }

  /// To be called several times a second, or once.
  void look() {
    try {
      room = probe.room(directory);
    } catch (IOException e) {
      // As it was.
      log.warn("free space not known", e);
      return;
    }
    var before = level;
    level = next(before, room);
    if (level.compareTo(before) > 0 && level.compareTo(Level.LOW) >= 0) {
      log.error("{}", describe().orElse(""));
    } else if (level != before && before.compareTo(Level.LOW) >= 0) {
      log.info("disk: {} % free; level {} after {}", room.freePercent(), level, before);
    }
  }

  private static Level next(Level before, Room room) {
    var next = Level.ROOMY;
    for (var level : Level.values()) {
      int margin = level.compareTo(before) <= 0 && level != Level.ROOMY ? MARGIN_PERCENT : 0;
      if (room.isBelow(level.freePercentMax + margin)) {
        next = level;
      }
    }
    return next;
  }

  Room room() {
    return room;
  }

  boolean isFilling() {
    return level.compareTo(Level.FILLING) >= 0;
  }

  boolean isLow() {
    return level.compareTo(Level.LOW) >= 0;
  }

  boolean isFull() {
    return level == Level.FULL;
  }

  /// What is wrong; empty unless it is low.
  Optional<String> describe() {
    return switch (level) {
      case ROOMY, FILLING -> Optional.empty();
      case LOW -> Optional.of(describe("writes are refused"));
      case FULL -> Optional.of(describe("replicas are stopped"));
    };
  }

  private String describe(String consequence) {
    return "disk: %d %% free (expected: %d %% at least); %s"
        .formatted(room.freePercent(), Level.LOW.freePercentMax, consequence);
  }
}
