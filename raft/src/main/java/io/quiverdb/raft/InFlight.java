package io.quiverdb.raft;

/// Bounds what has been begun and not yet ended, in number and bytes.
final class InFlight {
  private final int countMax;
  private final long bytesMax;

  private int count;
  private long bytes;

  InFlight(int countMax, long bytesMax) {
    this.countMax = countMax;
    this.bytesMax = bytesMax;
  }

  /// @return false if it would be too much; it is not counted then
  synchronized boolean tryAcquire(int newBytes) {
    if (count == countMax || bytes + newBytes > bytesMax) {
      return false;
    }
    count++;
    bytes += newBytes;
    return true;
  }

  synchronized void release(int releasedBytes) {
    count--;
    bytes -= releasedBytes;
    assert count >= 0 : count;
    assert bytes >= 0 : bytes;
  }

  synchronized int count() {
    return count;
  }

  synchronized long bytes() {
    return bytes;
  }
}
