package io.quiverdb.core.rows;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.commons.codec.digest.MurmurHash3;

/// From an id to its newest row in an [ActiveBuffer]: open addressing, linear probing, at most half
/// full. One thread writes, any number read without a lock.
final class RowTable {
  private static final int CAPACITY_MIN = 64;
  private static final long EMPTY = 0;
  private static final long ROW_MASK = 0xffff_ffffL;

  private final ActiveBuffer rows;
  private final int seed;

  // A slot holds the hash of an id and 1 + the number of a row: ids, which lie elsewhere, are
  // looked at only if hashes are equal. Once taken it always belongs to the same id. A reader that
  // still looks into a table that has been outgrown finds all that its view can see: the view was
  // there before the table was replaced.
  private volatile AtomicLongArray slots = new AtomicLongArray(CAPACITY_MIN);
  private int taken;

  /// @param seed of the hash, so that nobody can choose ids that collide
  RowTable(ActiveBuffer rows, int seed) {
    this.rows = rows;
    this.seed = seed;
  }

  int hash(byte[] id) {
    return MurmurHash3.hash32x86(id, 0, id.length, seed);
  }

  /// −1 if there is none.
  ///
  /// @param hash of `id`, in all methods
  int newest(byte[] id, int hash) {
    var current = slots;
    int mask = current.length() - 1;
    int slot = hash & mask;
    while (true) {
      long content = current.getAcquire(slot);
      if (content == EMPTY) {
        return -1;
      }
      if (isOf(id, hash, content)) {
        return row(content);
      }
      slot = (slot + 1) & mask;
    }
  }

  /// Makes `row` the newest of its id. For the writer, when the row is complete.
  void put(byte[] id, int hash, int row) {
    if (2 * taken >= slots.length()) {
      slots = enlarged(slots);
    }
    var current = slots;
    int mask = current.length() - 1;
    int slot = hash & mask;
    long content = current.getPlain(slot);
    while (content != EMPTY && !isOf(id, hash, content)) {
      slot = (slot + 1) & mask;
      content = current.getPlain(slot);
    }
    if (content == EMPTY) {
      taken++;
    }
    current.setRelease(slot, (long) hash << Integer.SIZE | (row + 1));
  }

  private boolean isOf(byte[] id, int hash, long content) {
    return hash(content) == hash && Arrays.equals(rows.id(row(content)), id);
  }

  private static int hash(long content) {
    return (int) (content >>> Integer.SIZE);
  }

  private static int row(long content) {
    return (int) (content & ROW_MASK) - 1;
  }

  private static AtomicLongArray enlarged(AtomicLongArray old) {
    var larger = new AtomicLongArray(2 * old.length());
    int mask = larger.length() - 1;
    for (int from = 0; from < old.length(); from++) {
      long content = old.getPlain(from);
      if (content != EMPTY) {
        // Ids are distinct: each goes to the first place that is free.
        int slot = hash(content) & mask;
        while (larger.getPlain(slot) != EMPTY) {
          slot = (slot + 1) & mask;
        }
        larger.setPlain(slot, content);
      }
    }
    return larger;
  }
}
