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
public record StoreStats(
    Position position,
    Position checkpointed,
    long version,
    long manifestVersion,
    long bufferBytes,
    long logBytes,
    List<CollectionStats> collections) {
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
  public record CollectionStats(
      long id,
      String name,
      long points,
      int segmentCount,
      long segmentRows,
      long deadRows,
      FileBytes files,
      long bufferRows,
      long bufferBytes) {}

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
