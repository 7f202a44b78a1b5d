package io.quiverdb.core.snapshot;

import io.quiverdb.core.Position;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.Tombstone;
import java.util.List;
import java.util.Map;

/// A snapshot as operations: one [Restore], then for each collection a [Create] and its [Put]s.
public sealed interface SnapshotOp {
  /// All of the state that is in no collection.
  ///
  /// @param position of the last operation that the snapshot holds
  /// @param version the operation counter
  /// @param epoch of the shard
  /// @param featureLevel of the operations that follow
  /// @param tombstones by id of the collection
  /// @param window the request ids that repetitions are recognised by, encoded
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Restore(
      Position position,
      long version,
      long epoch,
      int featureLevel,
      List<SlotRange> slots,
      Map<Long, Tombstone> tombstones,
      byte[] window)
      implements SnapshotOp {}

  /// A collection, which is empty so far. Collections come in the order of their ids.
  record Create(CollectionHead head) implements SnapshotOp {}

  /// A point of the collection that was created last, with its version. Points come in the order of
  /// their ids (unsigned UTF-8).
  record Put(StoredPoint point) implements SnapshotOp {}
}
