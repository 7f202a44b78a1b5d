package io.quiverdb.core;

import java.util.List;

/// How much of what a store holds, as of one view.
///
/// @param position applied last
/// @param checkpointed the position that the newest durable checkpoint holds
/// @param version the operation counter
/// @param manifestVersion of the newest checkpoint, 0 before the first
/// @param bufferBytes rows that no checkpoint holds yet, in memory
/// @param logBytes of a stand-alone store's log on disk, 0 if it is replicated
/// @param indexWork since the store was opened
public record StoreStats(
    Position position,
    Position checkpointed,
    long version,
    long manifestVersion,
    long bufferBytes,
    long logBytes,
    List<CollectionStats> collections,
    IndexWork indexWork) {
  public StoreStats {
    collections = List.copyOf(collections);
  }

  /// Of all collections.
  public IndexCoverage index() {
    return collections.stream()
        .map(CollectionStats::index)
        .reduce(IndexCoverage.NOTHING, IndexCoverage::plus);
  }

  /// @param points that live
  /// @param segmentCount sealed runs of rows on disk
  /// @param segmentRows in those, dead ones included
  /// @param deadRows of those, the dead ones: compaction drops them
  /// @param files bytes on disk, by kind
  /// @param bufferRows in memory, dead ones included
  /// @param bufferBytes of those
  /// @param index which rows searches find by a graph
  public record CollectionStats(
      long id,
      String name,
      long points,
      int segmentCount,
      long segmentRows,
      long deadRows,
      FileBytes files,
      long bufferRows,
      long bufferBytes,
      IndexCoverage index) {}

  /// Which rows of segments searches find by a graph, and why not the others, at all of which they
  /// look. Dead rows are counted too; every row of a segment is in one of the four.
  ///
  /// @param graphRows in segments that have a graph
  /// @param waitingRows in segments that are due one: it is read or built in the background
  /// @param refusedRows in segments that are to go without, for want of memory or because their
  ///   vectors could not be read
  /// @param smallRows in segments that are too small to be worth one
  /// @param neededBytes of the vector budget that graphs would need for which it has no room
  /// @param memoryBytes that vectors and graphs take outside of the heap
  public record IndexCoverage(
      long graphRows,
      long waitingRows,
      long refusedRows,
      long smallRows,
      long neededBytes,
      long memoryBytes) {
    public static final IndexCoverage NOTHING = new IndexCoverage(0, 0, 0, 0, 0, 0);

    public IndexCoverage plus(IndexCoverage other) {
      return new IndexCoverage(
          graphRows + other.graphRows,
          waitingRows + other.waitingRows,
          refusedRows + other.refusedRows,
          smallRows + other.smallRows,
          neededBytes + other.neededBytes,
          memoryBytes + other.memoryBytes);
    }
  }

  /// @param rowsBuilt that were inserted into graphs; not those of a graph that a merge took over
  /// @param rowsRead of graphs that were read from files
  /// @param graphsDamaged that were not what was written, and were built again
  public record IndexWork(long rowsBuilt, long rowsRead, long graphsDamaged) {}

  /// Bytes on disk by kind of file.
  ///
  /// @param directories the sparse indexes of ids
  /// @param secondaryIndexes of filterable fields
  public record FileBytes(
      long vectors, long payloads, long ids, long directories, long secondaryIndexes) {
    public long total() {
      return vectors + payloads + ids + directories + secondaryIndexes;
    }
  }
}
