package io.quiverdb.raft;

/// Bounds what a group has proposed and not yet heard of, below the bounds at which Ratis would
/// refuse or block.
final class InFlight {
  static final int ENTRIES_MAX = 2048;
  static final long BYTES_MAX = 32L << 20;

  private int entries;
  private long bytes;

  synchronized boolean tryAcquire(int entryBytes) {
    if (entries == ENTRIES_MAX || bytes + entryBytes > BYTES_MAX) {
      return false;
    }
    entries++;
    bytes += entryBytes;
    return true;
  }

  synchronized void release(int entryBytes) {
    entries--;
    bytes -= entryBytes;
    assert entries >= 0 : entries;
    assert bytes >= 0 : bytes;
  }

  synchronized int entries() {
    return entries;
  }

  synchronized long bytes() {
    return bytes;
  }
}
