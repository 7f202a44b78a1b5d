package io.quiverdb.core.index;

/// Rows of a segment, ascending, some at a time.
@FunctionalInterface
public interface RowNumbers {
  /// Puts the next ones into `rows`, from its beginning on.
  ///
  /// @return how many, perhaps fewer than there is room for; 0 after the last
  int next(int[] rows);
}
