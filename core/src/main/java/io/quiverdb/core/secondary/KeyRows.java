package io.quiverdb.core.secondary;

import java.util.Arrays;

/// Pairs of a key and a row, in flat arrays: a few bytes beside the key for each. Filled in the
/// order of the rows, then read in the order of the keys.
final class KeyRows {
  private byte[] keys = new byte[256];
  private int[] offsets = new int[16];
  private int[] rows = new int[16];
  private int count;

  int count() {
    return count;
  }

  /// Of heap, roughly: with what sorting will need.
  long bytes() {
    return offsets[count] + 4L * Integer.BYTES * count;
  }

  void add(byte[] key, int row) {
    int end = offsets[count] + key.length;
    if (end > keys.length) {
      keys = Arrays.copyOf(keys, Math.max(end, 2 * keys.length));
    }
    if (count + 1 == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * offsets.length);
      rows = Arrays.copyOf(rows, 2 * rows.length);
    }
    System.arraycopy(key, 0, keys, offsets[count], key.length);
    rows[count] = row;
    count++;
    offsets[count] = end;
  }

  int row(int pair) {
    return rows[pair];
  }

  byte[] key(int pair) {
    return Arrays.copyOfRange(keys, offsets[pair], offsets[pair + 1]);
  }

  int compareKeys(int left, int right) {
    return Arrays.compareUnsigned(
        keys, offsets[left], offsets[left + 1], keys, offsets[right], offsets[right + 1]);
  }

  /// The numbers of the pairs by ascending keys; those of the same key by ascending rows.
  int[] sorted() {
    var pairs = new int[count];
    Arrays.setAll(pairs, pair -> pair);
    mergeSort(pairs.clone(), pairs, 0, count);
    return pairs;
  }

  /// Stable. Sorts `target` from `from` to `end`, where both hold the same before.
  private void mergeSort(int[] source, int[] target, int from, int end) {
    if (end - from < 2) {
      return;
    }
    int middle = (from + end) >>> 1;
    mergeSort(target, source, from, middle);
    mergeSort(target, source, middle, end);
    int left = from;
    int right = middle;
    for (int place = from; place < end; place++) {
      boolean takeLeft =
          right == end || (left < middle && compareKeys(source[left], source[right]) <= 0);
      target[place] = takeLeft ? source[left++] : source[right++];
    }
  }
}
