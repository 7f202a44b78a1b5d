package io.quiverdb.core.index;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// How much memory the vectors and graphs of all stores of a process may take together, outside of
/// the heap. Used by any number of threads.
public final class VectorBudget {
  private final long bytesMax;
  private final AtomicLong bytes = new AtomicLong();

  public VectorBudget(long bytesMax) {
    if (bytesMax < 0) {
      throw new IllegalArgumentException(
          "vector budget: " + bytesMax + " bytes (expected: 0 or more)");
    }
    this.bytesMax = bytesMax;
  }

  public long bytesMax() {
    return bytesMax;
  }

  /// That are reserved.
  public long bytes() {
    return bytes.get();
  }

  /// Whether so much could be reserved now.
  public boolean hasRoomFor(long wantedBytes) {
    return wantedBytes <= bytesMax - bytes.get();
  }

  /// Empty if there is no room.
  Optional<Reservation> reserve(long wantedBytes) {
    while (true) {
      long before = bytes.get();
      if (wantedBytes > bytesMax - before) {
        return Optional.empty();
      }
      if (bytes.compareAndSet(before, before + wantedBytes)) {
        return Optional.of(new Reservation(wantedBytes));
      }
    }
  }

  /// For one thread at a time. To be closed.
  final class Reservation implements AutoCloseable {
    private long reservedBytes;

    private Reservation(long reservedBytes) {
      this.reservedBytes = reservedBytes;
    }

    long bytes() {
      return reservedBytes;
    }

    VectorBudget budget() {
      return VectorBudget.this;
    }

    /// Gives back what is not needed after all.
    void shrinkTo(long neededBytes) {
      assert neededBytes <= reservedBytes : neededBytes + " of " + reservedBytes;
      bytes.addAndGet(neededBytes - reservedBytes);
      reservedBytes = neededBytes;
    }

    @Override
    public void close() {
      shrinkTo(0);
    }
  }
}
