package io.quiverdb.core.view;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.Position;
import io.quiverdb.core.RecoveryTail;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.StoreView;
import io.quiverdb.core.state.CollectionSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// A published state whose segments stay open until this is closed.
public final class PinnedView implements StoreView {
  private final PublishedState state;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// @param state pinned for this
  PinnedView(PublishedState state) {
    this.state = state;
  }

  /// To be read until this is closed.
  public PublishedState state() {
    return state;
  }

  @Override
  public Position position() {
    return state.position();
  }

  @Override
  public long epoch() {
    return state.epoch();
  }

  @Override
  public List<SlotRange> slots() {
    return state.slots();
  }

  @Override
  public long version() {
    return state.version();
  }

  @Override
  public long generation() {
    return state.generation();
  }

  /// In the order of their ids.
  public List<CollectionSnapshot> snapshots() {
    return state.snapshots();
  }

  public Optional<CollectionSnapshot> snapshot(long collectionId) {
    return state.snapshot(collectionId);
  }

  @Override
  public List<CollectionView> collections() {
    return snapshots().stream().<CollectionView>map(PublishedCollection::new).toList();
  }

  @Override
  public Optional<CollectionView> collection(long collectionId) {
    return snapshot(collectionId).map(PublishedCollection::new);
  }

  /// @throws IllegalArgumentException if there is none of this name
  public CollectionView collection(String name) {
    return Optional.ofNullable(state.idsByName().get(name))
        .flatMap(this::collection)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "collection: " + name + " (expected: one that exists)"));
  }

  /// What changed of a collection after the checkpoint at operation `after`. Closes this when it is
  /// closed.
  public Optional<RecoveryTail> tail(long collectionId, long after) {
    return snapshot(collectionId)
        .map(
            snapshot -> {
              var collection = new PublishedCollection(snapshot);
              return new RecoveryTail(collection.touchedAfter(after), collection, this);
            });
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      state.segments().unpin();
    }
  }
}
