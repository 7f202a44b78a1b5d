package io.quiverdb.raft.snapshot;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Lets through so many bytes a second, of all who take: a token bucket that holds what a tenth of
/// a second gives, kept as the time at which it is full again.
final class Rate {
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final double nanosPerByte;
  private final LongSupplier nanoClock;
  private long freeNanos;

  /// @param bytesPerSecond at least 1
  Rate(long bytesPerSecond, LongSupplier nanoClock) {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException(
          "bytes per second: " + bytesPerSecond + " (expected: 1 or more)");
    }
    this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    this.nanoClock = nanoClock;
    this.freeNanos = nanoClock.getAsLong();
  }

  /// Waits until they may pass.
  void take(int bytes) {
    long waitNanos = reserve(bytes);
    if (waitNanos > 0) {
      LockSupport.parkNanos(waitNanos);
    }
  }

  /// @return how long to wait
  synchronized long reserve(int bytes) {
    long now = nanoClock.getAsLong();
    if (now - freeNanos > 0) {
      freeNanos = now;
    }
    freeNanos += (long) (bytes * nanosPerByte);
    return Math.max(0, freeNanos - now - BURST_NANOS);
  }
}
