package io.quiverdb.core.state;

import io.quiverdb.core.Position;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.rows.ActiveBuffer;
import io.quiverdb.core.rows.SegmentRows;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A shard's state as of a position, for a checkpoint to write while operations go on. What happens
/// to its rows later bears a greater version.
///
/// @param version the operation counter
/// @param tombstones by collection id
public record FrozenState(
    Position position,
    long version,
    long epoch,
    int featureLevel,
    List<SlotRange> slots,
    List<FrozenCollection> collections,
    Map<Long, Tombstone> tombstones,
    RequestWindow.Frozen window) {

  /// @param buffer rows that no segment holds yet
  public record FrozenCollection(
      CollectionHead head,
      List<SegmentRows> segments,
      Optional<ActiveBuffer> buffer,
      Hash128 hashSum) {}
}
