package io.quiverdb.core.index;

/// Rows of a segment, one after the other.
@FunctionalInterface
public interface RowNumbers {
  int END = -1;

  /// The next row, [#END] after the last.
  int next();
}
