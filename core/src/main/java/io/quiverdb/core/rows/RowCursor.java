package io.quiverdb.core.rows;

import java.lang.foreign.MemorySegment;

/// Goes over rows of a [RowSource]. Stands before the first row until [#next]. For one thread.
public interface RowCursor {
  /// Goes to the next row, if there is one.
  boolean next();

  /// Goes to the next row whose number is at least `row`, if there is one: for cursors that go by
  /// ascending numbers.
  default boolean nextFrom(int row) {
    do {
      if (!next()) {
        return false;
      }
    } while (row() < row);
    return true;
  }

  /// Its number within the source.
  int row();

  byte[] id();

  long version();

  long hashHigh();

  long hashLow();

  /// Memory that holds this row's vector at [#vectorOffset]: spares a slice per row.
  MemorySegment vectors();

  /// In bytes, within [#vectors].
  long vectorOffset();

  MemorySegment payload();
}
