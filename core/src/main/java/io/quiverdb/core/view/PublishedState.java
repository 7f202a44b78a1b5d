package io.quiverdb.core.view;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.Position;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.StoreView;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.CollectionSnapshot;
import io.quiverdb.core.state.ShardState;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A state after one entry.
///
/// @param snapshots of its collections, in the order of their ids
public record PublishedState(
    Position position,
    long epoch,
    List<SlotRange> slots,
    long version,
    List<CollectionSnapshot> snapshots,
    Map<String, Long> idsByName)
    implements StoreView {

  public static PublishedState of(ShardState state) {
    return new PublishedState(
        state.position(),
        state.epoch(),
        state.slots(),
        state.version(),
        state.snapshots(),
        state.idsByName());
  }

  @Override
  public List<CollectionView> collections() {
    return snapshots.stream().<CollectionView>map(PublishedCollection::new).toList();
  }

  @Override
  public Optional<CollectionView> collection(long collectionId) {
    return snapshot(collectionId).map(PublishedCollection::new);
  }

  public Optional<CollectionView> find(String name) {
    return Optional.ofNullable(idsByName.get(name)).flatMap(this::collection);
  }

  /// @throws IllegalArgumentException if there is none of this name
  public CollectionView collection(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "collection: " + name + " (expected: one that exists)"));
  }

  public Optional<CollectionHead> head(long collectionId) {
    return snapshot(collectionId).map(CollectionSnapshot::head);
  }

  public Optional<CollectionSnapshot> snapshot(long collectionId) {
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
