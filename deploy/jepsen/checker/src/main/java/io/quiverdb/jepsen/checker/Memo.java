package io.quiverdb.jepsen.checker;

import java.util.Arrays;

/// The states that a search has been in, so that none is explored twice.
sealed interface Memo {
  /// @param hash1 of the state
  /// @param hash2 of the state, independent of the first
  /// @param taken the state itself: the steps that were put in order, as a bit set
  /// @param held the rest of it: what each key holds
  /// @return whether it is new
  boolean add(long hash1, long hash2, long[] taken, int[] held);

  int size();

  /// Remembers 128 bits of each state. Two states look alike with probability 2^-128: a search that
  /// finds nothing must then be repeated with [Exact].
  final class Hashed implements Memo {
    private static final int CAPACITY_MIN = 1 << 6;

    // Pairs of longs, open addressing with linear probing; (0, 0) is a free place.
    private long[] table = new long[2 * CAPACITY_MIN];
    private int size;

    @Override
    public boolean add(long hash1, long hash2, long[] taken, int[] held) {
      long key1 = hash1 == 0 && hash2 == 0 ? 1 : hash1;
      if (!put(table, key1, hash2)) {
        return false;
      }
      size++;
      if (4 * size > table.length) {
        grow();
      }
      return true;
    }

    @Override
    public int size() {
      return size;
    }

    private static boolean put(long[] table, long key1, long key2) {
      int mask = table.length / 2 - 1;
      int index = (int) key1 & mask;
      while (table[2 * index] != 0 || table[2 * index + 1] != 0) {
        if (table[2 * index] == key1 && table[2 * index + 1] == key2) {
          return false;
        }
        index = (index + 1) & mask;
      }
      table[2 * index] = key1;
      table[2 * index + 1] = key2;
      return true;
    }

    private void grow() {
      var larger = new long[2 * table.length];
      for (int i = 0; i < table.length; i += 2) {
        if (table[i] != 0 || table[i + 1] != 0) {
          put(larger, table[i], table[i + 1]);
        }
      }
      table = larger;
    }
  }

  /// Remembers the states themselves: the words of the bit set without the full ones before and the
  /// empty ones behind, and what the keys hold.
  final class Exact implements Memo {
    private static final int CAPACITY_MIN = 1 << 6;
    private static final int FREE = -1;

    private int[] places = new int[CAPACITY_MIN];
    private long[] records = new long[16 * CAPACITY_MIN];
    private int recordsEnd;
    private int size;

    Exact() {
      Arrays.fill(places, FREE);
    }

    @Override
    public boolean add(long hash1, long hash2, long[] taken, int[] held) {
      int place = append(hash1, taken, held);
      if (!put(places, place)) {
        recordsEnd = place;
        return false;
      }
      size++;
      if (2 * size > places.length) {
        grow();
      }
      return true;
    }

    @Override
    public int size() {
      return size;
    }

    // A record: its length, hash, first word's index, words, and what the keys hold.
    private int append(long hash, long[] taken, int[] held) {
      int first = 0;
      while (first < taken.length - 1 && taken[first] == -1L) {
        first++;
      }
      int last = taken.length;
      while (last > first && taken[last - 1] == 0) {
        last--;
      }
      int length = 3 + (last - first) + held.length;
      int place = recordsEnd;
      if (place + length > records.length) {
        records = Arrays.copyOf(records, Math.max(2 * records.length, place + length));
      }
      records[place] = length;
      records[place + 1] = hash;
      records[place + 2] = first;
      System.arraycopy(taken, first, records, place + 3, last - first);
      for (int i = 0; i < held.length; i++) {
        records[place + 3 + last - first + i] = held[i];
      }
      recordsEnd = place + length;
      return place;
    }

    private boolean put(int[] table, int place) {
      int mask = table.length - 1;
      int index = (int) records[place + 1] & mask;
      while (table[index] != FREE) {
        if (equal(table[index], place)) {
          return false;
        }
        index = (index + 1) & mask;
      }
      table[index] = place;
      return true;
    }

    private boolean equal(int left, int right) {
      return Arrays.equals(
          records, left, left + (int) records[left], records, right, right + (int) records[right]);
    }

    private void grow() {
      var larger = new int[2 * places.length];
      Arrays.fill(larger, FREE);
      for (int place : places) {
        if (place != FREE) {
          put(larger, place);
        }
      }
      places = larger;
    }
  }
}
