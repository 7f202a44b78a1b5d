package io.quiverdb.core.segment;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLongArray;

/// A byte of the [IdHash] of every row, in memory, by which an id is found on its page: a binary
/// search would wait for memory at each of its steps, this waits twice. The tags of a page are made
/// when it is first searched. Used by any number of threads.
final class RowTags {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGHS = 0x8080_8080_8080_8080L;

  /// By row; some more, so that eight can be read at a time.
  private final byte[] tags;

  /// A bit per page: whether its rows have their tags. Threads that make them at once write the
  /// same.
  private final AtomicLongArray tagged;

  RowTags(int rowCount, int pageCount) {
    this.tags = new byte[rowCount + Long.BYTES - 1];
    this.tagged = new AtomicLongArray((pageCount + Long.SIZE - 1) / Long.SIZE);
  }

  /// Which of a page's rows has this id, −1 if none.
  ///
  /// @param firstRow of the page
  /// @param hash of the id
  int find(int page, int firstRow, IdPage idPage, byte[] id, long hash) {
    int rowCount = idPage.rowCount();
    requireTags(page, firstRow, idPage, rowCount);
    long sought = (tag(hash) & 0xffL) * ONES;
    for (int base = 0; base < rowCount; base += Long.BYTES) {
      long difference = (long) LONG.get(tags, firstRow + base) ^ sought;
      // The high bit of each byte that is zero, and of some above one that is.
      long candidates = (difference - ONES) & ~difference & HIGHS;
      while (candidates != 0) {
        int index = base + Long.numberOfTrailingZeros(candidates) / Byte.SIZE;
        if (index < rowCount && idPage.hasId(index, id)) {
          return index;
        }
        candidates &= candidates - 1;
      }
    }
    return -1;
  }

  /// What it takes in memory.
  long heapBytes() {
    return tags.length + (long) tagged.length() * Long.BYTES;
  }

  private void requireTags(int page, int firstRow, IdPage idPage, int rowCount) {
    long bit = 1L << page;
    if ((tagged.getAcquire(page / Long.SIZE) & bit) != 0) {
      return;
    }
    for (int index = 0; index < rowCount; index++) {
      tags[firstRow + index] = tag(IdHash.of(idPage.id(index)));
    }
    tagged.getAndUpdate(page / Long.SIZE, bits -> bits | bit);
  }

  /// Other bits than those by which a [FuseFilter] tells ids apart: what one lets through by chance
  /// would else pass the other.
  private static byte tag(long hash) {
    return (byte) (hash >>> 56);
  }
}
