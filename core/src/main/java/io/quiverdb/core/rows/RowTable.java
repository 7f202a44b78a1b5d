package io.quiverdb.core.rows;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.commons.codec.digest.MurmurHash3;

/// From an id to its newest row in an [ActiveBuffer]: open addressing, linear probing, at most half
/// full. One thread writes, any number read without a lock.
final class RowTable {
  private static final int CAPACITY_MIN = 64;
  private static final int EMPTY = 0;

  private final ActiveBuffer rows;
  private final int seed;

  // A slot holds 1 + the number of a row; once taken it always belongs to the same id. A reader
  // that
  // still looks into a table that has been outgrown finds all that its view can see: the view was
  // there before the table was replaced.
  private volatile AtomicIntegerArray slots = new AtomicIntegerArray(CAPACITY_MIN);
  private int taken;

  /// @param seed of the hash, so that nobody can choose ids that collide
  RowTable(ActiveBuffer rows, int seed) {
    this.rows = rows;
    this.seed = seed;
  }

  /// −1 if there is none.
  int newest(byte[] id) {
    var current = slots;
    int mask = current.length() - 1;
    int slot = hash(id) & mask;
    while (true) {
      int content = current.getAcquire(slot);
      if (content == EMPTY) {
        return -1;
      }
      if (Arrays.equals(rows.id(content - 1), id)) {
        return content - 1;
      }
      slot = (slot + 1) & mask;
    }
  }

  /// Makes `row` the newest of its id. For the writer, when the row is complete.
  void put(byte[] id, int row) {
    if (2 * taken >= slots.length()) {
      slots = enlarged(slots);
    }
    var current = slots;
    int slot = slotOf(current, id);
    if (current.getPlain(slot) == EMPTY) {
      taken++;
    }
    current.setRelease(slot, row + 1);
  }

  private AtomicIntegerArray enlarged(AtomicIntegerArray old) {
    var larger = new AtomicIntegerArray(2 * old.length());
    for (int slot = 0; slot < old.length(); slot++) {
      int content = old.getPlain(slot);
      if (content != EMPTY) {
        larger.setPlain(slotOf(larger, rows.id(content - 1)), content);
      }
    }
    return larger;
  }

  /// The slot of this id, or the empty one where it belongs.
  private int slotOf(AtomicIntegerArray slots, byte[] id) {
    int mask = slots.length() - 1;
    int slot = hash(id) & mask;
    while (slots.getPlain(slot) != EMPTY && !Arrays.equals(rows.id(slots.getPlain(slot) - 1), id)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private int hash(byte[] id) {
    return MurmurHash3.hash32x86(id, 0, id.length, seed);
  }
}
