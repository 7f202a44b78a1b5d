package io.quiverdb.core.checkpoint;

/// Row numbers, without an object for each.
final class RowNumberList {
  private final int[] rows;
  private int count;

  RowNumberList(int capacity) {
    rows = new int[capacity];
  }

  void add(int row) {
    rows[count++] = row;
  }

  int get(int index) {
    assert index < count : index + " of " + count;
    return rows[index];
  }
}
