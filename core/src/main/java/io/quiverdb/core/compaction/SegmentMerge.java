package io.quiverdb.core.compaction;

import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.segment.RowDeaths;
import io.quiverdb.core.segment.Segment;
import java.util.List;
import java.util.Optional;

/// Segments and the one that was made of their rows that lived as of a version. Those that died
/// since are in it: what is replayed after a crash must find them. Their deaths are carried over.
///
/// It is a user of the output until it is closed.
public final class SegmentMerge implements AutoCloseable {
  private final long collectionId;
  private final List<SegmentRows> inputs;
  private final Optional<SegmentRows> output;

  /// Up to which deaths have been carried over.
  private long carriedTo;

  /// @param output empty if no row lived
  /// @param version as of which the output was made
  SegmentMerge(
      long collectionId, List<SegmentRows> inputs, Optional<Segment> output, long version) {
    this.collectionId = collectionId;
    this.inputs = List.copyOf(inputs);
    this.output =
        output.map(segment -> new SegmentRows(segment, new RowDeaths(segment.rowCount())));
    this.carriedTo = version;
  }

  public long collectionId() {
    return collectionId;
  }

  public List<SegmentRows> inputs() {
    return inputs;
  }

  public Optional<SegmentRows> output() {
    return output;
  }

  /// Marks dead in the output what has died in the inputs by now. Costs as much as there were
  /// deaths since the last call.
  ///
  /// @param version up to which all deaths are in the inputs
  public void carryDeaths(long version) {
    output.ifPresent(
        rows ->
            inputs.forEach(
                input ->
                    input
                        .deaths()
                        .forEachAfter(carriedTo, (row, at) -> carry(input, row, at, rows))));
    carriedTo = version;
  }

  @Override
  public void close() {
    output.ifPresent(rows -> rows.segment().release());
  }

  private static void carry(SegmentRows input, int inputRow, long at, SegmentRows output) {
    int row = output.segment().find(input.segment().id(inputRow));
    assert row >= 0 : "row " + inputRow + " of " + input.segment().id();
    // A death after `version` may have been seen by an earlier call.
    if (output.deathAt(row) == SegmentRows.ALIVE) {
      output.markDead(row, at);
    }
  }
}
