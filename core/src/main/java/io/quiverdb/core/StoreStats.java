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

  /// @param graphRows in segments that have a graph, dead ones included
  /// @param waitingRows in segments that are large enough for one and have none yet: searches look
  ///   at all of them
  /// @param memoryBytes that vectors and graphs take outside of the heap
  public record IndexCoverage(long graphRows, long waitingRows, long memoryBytes) {}

  /// @param rowsBuilt of graphs that were built
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
