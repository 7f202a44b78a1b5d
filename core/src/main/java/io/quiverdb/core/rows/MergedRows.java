package io.quiverdb.core.rows;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/// The rows of several sources that a view sees, in the order of their ids. No id is met twice.
public final class MergedRows {
  private static final Comparator<RowCursor> BY_ID =
      (left, right) -> Arrays.compareUnsigned(left.id(), right.id());

  private final PriorityQueue<RowCursor> heads = new PriorityQueue<>(BY_ID);
  private Optional<RowCursor> current = Optional.empty();

  public MergedRows(List<? extends RowSource> sources, Optional<byte[]> after, long version) {
    this(sources.stream().map(source -> source.inIdOrder(after, version)).toList());
  }

  /// @param sources each in the order of ids, before its first row
  public MergedRows(List<RowCursor> sources) {
    sources.forEach(this::advance);
  }

  /// The next row: valid until the next call. Empty at the end.
  public Optional<RowCursor> next() {
    current.ifPresent(this::advance);
    current = Optional.ofNullable(heads.poll());
    return current;
  }

  private void advance(RowCursor cursor) {
    if (cursor.next()) {
      heads.add(cursor);
    }
  }
}
