package io.quiverdb.raft.catalog;

/// A collection that was shredded, as the catalogue knows it.
///
/// @param name that it had, which another may have by now
/// @param catalogIndex of the catalogue's entry that began it
/// @param complete whether every node said that it has nothing left that opens it
public record Shredding(long collectionId, String name, long catalogIndex, boolean complete) {
  private static final long LOG_INDEX = (1L << 48) - 1;

  /// Of that entry in the catalogue's log: the collection's keys are in none behind it.
  public long logIndex() {
    return catalogIndex & LOG_INDEX;
  }

  Shredding begunAt(long index) {
    return new Shredding(collectionId, name, index, complete);
  }

  Shredding completed() {
    return new Shredding(collectionId, name, catalogIndex, true);
  }
}
