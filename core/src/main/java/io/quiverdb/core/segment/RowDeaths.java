package io.quiverdb.core.segment;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.roaringbitmap.RoaringBitmap;

/// When each row of a segment died, if it did. Rows only ever die, so that an older view still sees
/// a row that died after it. One thread writes; any number read without a lock.
public final class RowDeaths {
  /// Segments without deaths cost next to nothing, those with a few 32 KiB per block.
  private static final int BLOCK_ROWS = 4096;

  private static final long ALIVE = 0;

  private final int rowCount;
  private final AtomicReferenceArray<AtomicLongArray> blocks;

  public RowDeaths(int rowCount) {
    this.rowCount = rowCount;
    this.blocks = new AtomicReferenceArray<>((rowCount + BLOCK_ROWS - 1) / BLOCK_ROWS);
  }

  /// With rows that had died by `version`, as a restart finds them.
  public RowDeaths(int rowCount, RoaringBitmap deadRows, long version) {
    this(rowCount);
    deadRows.forEach((int row) -> markDead(row, version));
  }

  /// @param version the operation counter of the operation that replaced or deleted the row
  public void markDead(int row, long version) {
    assert version > ALIVE : version;
    assert deathAt(row) == ALIVE : row + " died at " + deathAt(row);
    var block = blocks.getPlain(row / BLOCK_ROWS);
    if (block == null) {
      block = new AtomicLongArray(BLOCK_ROWS);
      blocks.setRelease(row / BLOCK_ROWS, block);
    }
    block.setRelease(row % BLOCK_ROWS, version);
  }

  /// The operation counter at which the row died, 0 if it is alive.
  public long deathAt(int row) {
    assert row >= 0 && row < rowCount : row + " of " + rowCount;
    var block = blocks.getAcquire(row / BLOCK_ROWS);
    return block == null ? ALIVE : block.getAcquire(row % BLOCK_ROWS);
  }

  /// Whether a view as of `version` sees the row.
  public boolean isLiveAt(int row, long version) {
    long death = deathAt(row);
    return death == ALIVE || death > version;
  }

  /// The rows that a view as of `version` does not see.
  public RoaringBitmap deadAsOf(long version) {
    var dead = new RoaringBitmap();
    for (int blockIndex = 0; blockIndex < blocks.length(); blockIndex++) {
      var block = blocks.getAcquire(blockIndex);
      for (int index = 0; block != null && index < BLOCK_ROWS; index++) {
        long death = block.getAcquire(index);
        if (death != ALIVE && death <= version) {
          dead.add(blockIndex * BLOCK_ROWS + index);
        }
      }
    }
    return dead;
  }
}
