package io.quiverdb.core;

import io.quiverdb.core.crypto.TestKeys;
import io.quiverdb.core.op.Entry;
import io.quiverdb.core.op.Op;
import io.quiverdb.core.op.SealedOp;
import io.quiverdb.core.op.TestOps;
import io.quiverdb.core.state.RequestWindow;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.core.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// A store that owns all slots in epoch 1 and holds the collection [#COLLECTION], with short ways
/// to write to it.
final class TestShard implements AutoCloseable {
  static final long COLLECTION = 7;
  static final int DIMENSION = 4;

  final Store store;
  private long index;
  private final List<StoreView> views = new ArrayList<>();
  private long requests;

  TestShard() {
    this(new SimulatedStorage(), RequestWindow.BYTES_MAX);
  }

  TestShard(Storage storage, long windowBytesMax) {
    this(storage, windowBytesMax, StoreOptions.standard());
  }

  TestShard(Storage storage, long windowBytesMax, StoreOptions options) {
    this(storage, windowBytesMax, options, Optional.empty());
  }

  /// @param storeId the same for those that one log is for; drawn if none is given
  TestShard(Storage storage, long windowBytesMax, StoreOptions options, Optional<UUID> storeId) {
    store = Store.open(storage, options, TestKeys.SHARED.keyRing(), storeId, windowBytesMax);
    index = store.position().index();
    requests = Math.max(0, index) * 1000; // Those below were drawn before it was reopened.
    if (store.epoch() == 0) {
      var _ = apply(store.prepareSetOwnership(stamp(0), 1, List.of(new SlotRange(0, 16383))));
      var _ = apply(create(COLLECTION, 1));
    }
  }

  SealedOp create(long collectionId, long catalogIndex) {
    return store.prepareCreateCollection(
        stamp(),
        collectionId,
        catalogIndex,
        "c" + collectionId,
        new Descriptor(DIMENSION, Metric.L2_SQUARED),
        Settings.NONE,
        TestKeys.SHARED.wrapped(collectionId));
  }

  /// A fresh one of the present epoch.
  RequestStamp stamp() {
    return stamp(store.epoch());
  }

  RequestStamp stamp(long epoch) {
    return new RequestStamp(freshId(), epoch, Optional.empty());
  }

  RequestId freshId() {
    return new RequestId(new UUID(1, ++requests));
  }

  Position nextPosition() {
    return new Position(store.epoch(), 1, index + 1);
  }

  /// In an entry of its own.
  Outcome apply(SealedOp op) {
    return applyEntry(Entry.newBuilder().addOps(op).build()).getFirst();
  }

  List<Outcome> applyEntry(Entry entry) {
    var outcomes = store.apply(nextPosition(), entry);
    index++;
    return outcomes;
  }

  /// Whether or not a prepare would make it.
  Outcome apply(Op op) {
    return apply(TestOps.seal(op, TestKeys.SHARED));
  }

  Outcome upsert(Point... points) {
    return apply(store.prepareUpsert(stamp(), COLLECTION, List.of(points)));
  }

  Outcome delete(String... ids) {
    return apply(store.prepareDelete(stamp(), COLLECTION, List.of(ids)).orElseThrow());
  }

  static Point point(String id, float value) {
    return new Point(
        id, Vector.of(value, 0, 0, 0), Payload.ofJson("{\"value\":" + (long) value + "}"));
  }

  CollectionView collection() {
    return view().collection(COLLECTION).orElseThrow();
  }

  /// The newest, closed with the shard.
  StoreView view() {
    var view = store.view();
    views.add(view);
    return view;
  }

  List<String> ids() {
    return collection()
        .scan(Optional.empty(), 1_000_000, Long.MAX_VALUE, Optional.empty())
        .points()
        .stream()
        .map(StoredPoint::id)
        .toList();
  }

  @Override
  public void close() {
    views.forEach(StoreView::close);
    store.close();
  }
}
