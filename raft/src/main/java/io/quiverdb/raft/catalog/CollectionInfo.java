package io.quiverdb.raft.catalog;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Settings;
import io.quiverdb.raft.WrappedKeys;

/// A collection as the catalogue knows it.
///
/// @param id never used again for another collection; the catalogue's epoch in the upper 16 bits
/// @param wrappedKeys none in what is told of a collection, and once it is shredded
/// @param catalogIndex of the catalogue's entry that began its last change, below the catalogue's
///   epoch in the upper 16 bits: shards are told of it
public record CollectionInfo(
    long id,
    String name,
    Descriptor descriptor,
    Settings settings,
    WrappedKeys wrappedKeys,
    State state,
    long catalogIndex) {
  /// Whether it takes points.
  public boolean isServed() {
    return state == State.ACTIVE || state == State.UPDATING;
  }

  /// Whether shards have to follow a change of it.
  boolean isChanging() {
    return switch (state) {
      case CREATING, UPDATING, DROPPING, SHREDDING -> true;
      case ACTIVE, ORPHANED -> false;
    };
  }

  public enum State {
    /// Not yet on every shard.
    CREATING,
    ACTIVE,
    /// As active, but its settings are not yet the same on every shard.
    UPDATING,
    /// Still on some shard.
    DROPPING,
    /// Found on shards when the cluster was recovered, and not known to the catalogue that was
    /// left: under a name of its own, kept, not served, and dropped by the operator only.
    ORPHANED,
    /// Still on some shard, which drops it for good.
    SHREDDING
  }
}
