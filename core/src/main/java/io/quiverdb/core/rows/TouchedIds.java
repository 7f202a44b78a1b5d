package io.quiverdb.core.rows;

import io.quiverdb.core.segment.RowDeaths;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.roaringbitmap.RoaringBitmap;

/// Which ids of a collection changed after a checkpoint: those of rows that are in no segment, and
/// those of rows in segments that died since.
public final class TouchedIds {
  private final long after;
  private final long upTo;
  private final NavigableSet<byte[]> ids = new TreeSet<>(Arrays::compareUnsigned);

  private TouchedIds(long after, long upTo) {
    this.after = after;
    this.upTo = upTo;
  }

  /// @param sources of a view as of `upTo`
  /// @param after the operation counter of the checkpoint
  /// @return by unsigned bytes
  public static NavigableSet<byte[]> of(List<RowSource> sources, long after, long upTo) {
    var touched = new TouchedIds(after, upTo);
    for (var source : sources) {
      switch (source) {
        case ActiveBuffer buffer -> touched.add(buffer);
        case SegmentRows(var segment, var deaths) ->
            touched.diedSince(deaths).forEach((int row) -> touched.ids.add(segment.id(row)));
        default -> throw new AssertionError(source);
      }
    }
    return touched.ids;
  }

  private void add(ActiveBuffer buffer) {
    for (int row = 0; row < buffer.rowCount() && buffer.version(row) <= upTo; row++) {
      ids.add(buffer.id(row));
    }
  }

  private RoaringBitmap diedSince(RowDeaths deaths) {
    return RoaringBitmap.andNot(deaths.deadAsOf(upTo), deaths.deadAsOf(after));
  }
}
