package io.quiverdb.core.view;

import io.quiverdb.core.Position;
import io.quiverdb.core.StoreStats;
import io.quiverdb.core.StoreStats.CollectionStats;
import io.quiverdb.core.StoreStats.FileBytes;
import io.quiverdb.core.StoreStats.IndexCoverage;
import io.quiverdb.core.StoreStats.IndexWork;
import io.quiverdb.core.rows.ActiveBuffer;
import io.quiverdb.core.rows.RowSource;
import io.quiverdb.core.rows.SegmentRows;
import io.quiverdb.core.state.CollectionSnapshot;
import java.util.function.Function;

/// Counts what a view shows.
public final class StatsOfViews {
  private StatsOfViews() {}

  /// @param coverage of a collection's segments by graphs
  public static StoreStats of(
      PinnedView view,
      Position checkpointed,
      long manifestVersion,
      long logBytes,
      Function<CollectionSnapshot, IndexCoverage> coverage,
      IndexWork indexWork) {
    var collections =
        view.snapshots().stream()
            .map(collection -> of(collection, coverage.apply(collection)))
            .toList();
    return new StoreStats(
        view.position(),
        checkpointed,
        view.version(),
        manifestVersion,
        collections.stream().mapToLong(CollectionStats::bufferBytes).sum(),
        logBytes,
        collections,
        indexWork);
  }

  private static CollectionStats of(CollectionSnapshot collection, IndexCoverage index) {
    int segmentCount = 0;
    long segmentRows = 0;
    long deadRows = 0;
    long vectorBytes = 0;
    long payloadBytes = 0;
    long idBytes = 0;
    long directoryBytes = 0;
    long secondaryBytes = 0;
    long bufferRows = 0;
    long bufferBytes = 0;
    for (RowSource source : collection.sources()) {
      if (source instanceof SegmentRows(var segment, var deaths)) {
        segmentCount++;
        segmentRows += segment.rowCount();
        deadRows += deaths.deadAsOf(collection.version()).getLongCardinality();
        vectorBytes += segment.summary().vectorFileBytes();
        payloadBytes += segment.summary().payloadFileBytes();
        idBytes += segment.summary().idFileBytes();
        directoryBytes += segment.summary().directoryFileBytes();
        secondaryBytes += segment.summary().secondaryFileBytes();
      } else if (source instanceof ActiveBuffer buffer) {
        bufferRows += buffer.rowCount();
        bufferBytes += buffer.bytes();
      }
    }
    return new CollectionStats(
        collection.head().id(),
        collection.head().name(),
        collection.size(),
        segmentCount,
        segmentRows,
        deadRows,
        new FileBytes(vectorBytes, payloadBytes, idBytes, directoryBytes, secondaryBytes),
        bufferRows,
        bufferBytes,
        index);
  }
}
