package io.quiverdb.core;

import java.util.List;

/// How far the shredding of a collection is.
///
/// @param outstanding what could still open it, as paths below the store's directory or in words;
///   empty when nothing of this store can
public record ShredStatus(long collectionId, List<String> outstanding) {
  public ShredStatus {
    outstanding = List.copyOf(outstanding);
  }

  /// Whether nothing of this store can open the collection any more. Who reads raw disk blocks
  /// *and* holds the master key may, until that key has been rotated and destroyed; and so may who
  /// had copied the whole directory before.
  public boolean isComplete() {
    return outstanding.isEmpty();
  }
}
