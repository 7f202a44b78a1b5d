package io.quiverdb.raft;

/// How much of a shard's log is kept, and how fast a member that needs what is not kept may fetch a
/// snapshot.
///
/// @param segmentBytes of a file of the log; whole ones are deleted
/// @param tailBytes of log that a checkpoint holds already, kept for members that come back soon
/// @param bytesPerSecond of all snapshots that this node fetches
public record SnapshotLimits(long segmentBytes, long tailBytes, long bytesPerSecond) {
  /// The least that holds the largest entry.
  public static final long SEGMENT_BYTES_MIN = RatisSettings.ENTRY_BYTES_MAX;

  public static final long SEGMENT_BYTES_MAX = 64L << 20;

  public static final SnapshotLimits STANDARD =
      new SnapshotLimits(32L << 20, 256L << 20, 128L << 20);

  public SnapshotLimits {
    if (segmentBytes < SEGMENT_BYTES_MIN || segmentBytes > SEGMENT_BYTES_MAX) {
      throw new IllegalArgumentException(
          "log segment: %d bytes (expected: %d to %d)"
              .formatted(segmentBytes, SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX));
    }
    if (tailBytes < 0) {
      throw new IllegalArgumentException("log tail: " + tailBytes + " bytes (expected: 0 or more)");
    }
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException(
          "snapshot rate: " + bytesPerSecond + " bytes per second (expected: 1 or more)");
    }
  }
}
