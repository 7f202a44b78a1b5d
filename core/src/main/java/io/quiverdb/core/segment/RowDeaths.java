package io.quiverdb.core.segment;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.roaringbitmap.RoaringBitmap;

/// When each row of a segment died, if it did. Rows only ever die, so that an older view still sees
/// a row that died after it. One thread writes; any number read without a lock.
///
/// A row that was dead when the segment was opened costs a bit, one that died since up to 8 bytes.
public final class RowDeaths {
  /// What dies later goes to blocks of so many rows: one without deaths costs next to nothing, one
  /// with a few 32 KiB.
  private static final int BLOCK_ROWS = 4096;

  private static final long ALIVE = 0;

  private final int rowCount;

  /// Dead for every view there is; not changed any more. `deadBeforeVersion` stands for when.
  private final BitSet deadBefore;

  private final long deadBeforeVersion;

  private final AtomicReferenceArray<AtomicLongArray> blocks;

  /// By block, the version of its last death.
  private final AtomicLongArray lastDeaths;

  private final AtomicInteger deadCount;

  /// Hears of a row that died.
  @FunctionalInterface
  public interface DeathConsumer {
    void accept(int row, long version);
  }

  public RowDeaths(int rowCount) {
    this(rowCount, new RoaringBitmap(), ALIVE);
  }

  /// With rows that had died by `version`, as a restart finds them.
  public RowDeaths(int rowCount, RoaringBitmap deadRows, long version) {
    this.rowCount = rowCount;
    this.deadBefore = new BitSet();
    deadRows.forEach((int row) -> deadBefore.set(row));
    this.deadBeforeVersion = version;
    int blockCount = (rowCount + BLOCK_ROWS - 1) / BLOCK_ROWS;
    this.blocks = new AtomicReferenceArray<>(blockCount);
    this.lastDeaths = new AtomicLongArray(blockCount);
    this.deadCount = new AtomicInteger(deadRows.getCardinality());
  }

  /// @param version the operation counter of the operation that replaced or deleted the row
  public void markDead(int row, long version) {
    assert version > ALIVE : version;
    assert deathAt(row) == ALIVE : row + " died at " + deathAt(row);
    int blockIndex = row / BLOCK_ROWS;
    var block = blocks.getPlain(blockIndex);
    if (block == null) {
      block = new AtomicLongArray(BLOCK_ROWS);
      blocks.setRelease(blockIndex, block);
    }
    block.setRelease(row % BLOCK_ROWS, version);
    lastDeaths.setRelease(blockIndex, Math.max(version, lastDeaths.getPlain(blockIndex)));
    deadCount.setPlain(deadCount.getPlain() + 1); // One thread writes.
  }

  /// The operation counter at which the row died, 0 if it is alive.
  public long deathAt(int row) {
    assert row >= 0 && row < rowCount : row + " of " + rowCount;
    var block = blocks.getAcquire(row / BLOCK_ROWS);
    long death = block == null ? ALIVE : block.getAcquire(row % BLOCK_ROWS);
    return death == ALIVE && deadBefore.get(row) ? deadBeforeVersion : death;
  }

  /// Whether a view as of `version` sees the row.
  public boolean isLiveAt(int row, long version) {
    long death = deathAt(row);
    return death == ALIVE || death > version;
  }

  /// How many rows are dead by now.
  public int deadCount() {
    return deadCount.get();
  }

  /// About what it takes in memory.
  public long heapBytes() {
    long bytes = deadBefore.size() / Byte.SIZE + (long) blocks.length() * 12;
    for (int blockIndex = 0; blockIndex < blocks.length(); blockIndex++) {
      if (blocks.getAcquire(blockIndex) != null) {
        bytes += (long) BLOCK_ROWS * Long.BYTES;
      }
    }
    return bytes;
  }

  /// The rows that a view as of `version` does not see.
  public RoaringBitmap deadAsOf(long version) {
    var dead = new RoaringBitmap();
    if (deadBeforeVersion <= version) {
      deadBefore.stream().forEach(dead::add);
    }
    forEachSince(
        ALIVE,
        (row, death) -> {
          if (death <= version) {
            dead.add(row);
          }
        });
    return dead;
  }

  /// The deaths after `version`, in the order of the rows, without looking at every row.
  public void forEachAfter(long version, DeathConsumer consumer) {
    if (deadBeforeVersion > version) {
      deadBefore.stream().forEach(row -> consumer.accept(row, deadBeforeVersion));
    }
    forEachSince(version, consumer);
  }

  private void forEachSince(long version, DeathConsumer consumer) {
    for (int blockIndex = 0; blockIndex < blocks.length(); blockIndex++) {
      if (lastDeaths.getAcquire(blockIndex) > version) {
        forEach(blockIndex, version, consumer);
      }
    }
  }

  private void forEach(int blockIndex, long version, DeathConsumer consumer) {
    var block = blocks.getAcquire(blockIndex);
    for (int index = 0; index < BLOCK_ROWS; index++) {
      long death = block.getAcquire(index);
      if (death > version) {
        consumer.accept(blockIndex * BLOCK_ROWS + index, death);
      }
    }
  }
}
