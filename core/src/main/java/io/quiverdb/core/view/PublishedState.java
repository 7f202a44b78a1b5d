package io.quiverdb.core.view;

import io.quiverdb.core.Position;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.CollectionSnapshot;
import io.quiverdb.core.state.ShardState;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A state after one entry, immutable. Rows are to be read through a [PinnedView] only: else the
/// segments may be closed meanwhile.
///
/// @param generation of its segments' files
/// @param snapshots of its collections, in the order of their ids
/// @param segments that they read
public record PublishedState(
    Position position,
    long epoch,
    int featureLevel,
    List<SlotRange> slots,
    long version,
    long generation,
    List<CollectionSnapshot> snapshots,
    Map<String, Long> idsByName,
    OpenSegments segments) {

  public static PublishedState of(ShardState state, long generation, OpenSegments segments) {
    return new PublishedState(
        state.position(),
        state.epoch(),
        state.featureLevel(),
        state.slots(),
        state.version(),
        generation,
        state.snapshots(),
        state.idsByName(),
        segments);
  }

  /// Empty if there is a newer state with other segments.
  public Optional<PinnedView> tryPin() {
    return segments.tryPin() ? Optional.of(new PinnedView(this)) : Optional.empty();
  }

  public Optional<CollectionHead> head(long collectionId) {
    return snapshot(collectionId).map(CollectionSnapshot::head);
  }

  public Optional<CollectionHead> head(String name) {
    return Optional.ofNullable(idsByName.get(name)).flatMap(this::head);
  }

  Optional<CollectionSnapshot> snapshot(long collectionId) {
    int low = 0;
    int high = snapshots.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      var snapshot = snapshots.get(middle);
      int order = Long.compareUnsigned(snapshot.head().id(), collectionId);
      if (order == 0) {
        return Optional.of(snapshot);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return Optional.empty();
  }
}
