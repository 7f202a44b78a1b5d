package io.quiverdb.raft;

import java.nio.file.Path;

/// A disk that is as full as the test says.
final class TestDisk implements DiskSpace.Probe {
  private volatile int freePercent = 100;

  void free(int percent) {
    freePercent = percent;
  }

  @Override
  public DiskSpace.Room room(Path directory) {
    return new DiskSpace.Room(10_000L * freePercent, 1_000_000);
  }

  /// With room.
  static DiskSpace roomy() {
    return new DiskSpace(Path.of(""), new TestDisk());
  }
}
