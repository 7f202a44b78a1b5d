package io.quiverdb.core.engine;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Deletion;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.Point;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.UnknownOpException;
import io.quiverdb.core.UnreadableOpException;
import io.quiverdb.core.crypto.CollectionKeys;
import io.quiverdb.core.crypto.Scope;
import io.quiverdb.core.op.FeatureLevels;
import io.quiverdb.core.op.KnownOps;
import io.quiverdb.core.op.Op;
import io.quiverdb.core.op.OpSealer;
import io.quiverdb.core.op.Preparation;
import io.quiverdb.core.op.PreparedOp;
import io.quiverdb.core.op.SealedOp;
import java.util.List;
import java.util.function.Supplier;

/// Makes operations that are fit for the log of a store: prepared, and sealed by the keys that it
/// has. Changes nothing.
///
/// All methods throw [IllegalArgumentException] if the request breaks a limit, or the collection
/// whose points it is about is not there, and [io.quiverdb.core.FeatureLevelException] if it is of
/// a feature level that is not in force yet: then nothing may be logged.
public final class OpFactory {
  private final Health health;
  private final LiveState live;
  private final Supplier<OpSealer> sealer;
  private final FeatureLevels levels;

  /// @param sealer under the keys of the live manifest
  OpFactory(Health health, LiveState live, Supplier<OpSealer> sealer, FeatureLevels levels) {
    this.health = health;
    this.live = live;
    this.sealer = sealer;
    this.levels = levels;
  }

  public PreparedOp createCollection(
      RequestStamp stamp,
      long collectionId,
      long catalogIndex,
      String name,
      Descriptor descriptor,
      Settings settings,
      ByteString wrappedKeys) {
    health.requireUsable();
    return sealed(
        Preparation.createCollection(
            stamp, collectionId, catalogIndex, name, descriptor, settings, wrappedKeys));
  }

  public PreparedOp dropCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    health.requireUsable();
    return sealed(Preparation.dropCollection(stamp, collectionId, catalogIndex));
  }

  public PreparedOp shredCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    health.requireUsable();
    return sealed(Preparation.shredCollection(stamp, collectionId, catalogIndex));
  }

  public PreparedOp updateSettings(
      RequestStamp stamp, long collectionId, long catalogIndex, Settings settings) {
    health.requireUsable();
    return sealed(Preparation.updateSettings(stamp, collectionId, catalogIndex, settings));
  }

  public PreparedOp upsert(RequestStamp stamp, long collectionId, List<Point> points) {
    var collection = live.head(collectionId);
    return sealed(
        Preparation.upsert(stamp, collectionId, collection.descriptor(), points),
        collection.keys());
  }

  public PreparedOp setPayload(RequestStamp stamp, long collectionId, List<PayloadChange> changes) {
    var collection = live.head(collectionId);
    return sealed(Preparation.setPayload(stamp, collectionId, changes), collection.keys());
  }

  public PreparedOp delete(RequestStamp stamp, long collectionId, List<Deletion> deletions) {
    var collection = live.head(collectionId);
    return sealed(Preparation.delete(stamp, collectionId, deletions), collection.keys());
  }

  public PreparedOp hashMark(RequestStamp stamp) {
    health.requireUsable();
    return sealed(Preparation.hashMark(stamp));
  }

  public PreparedOp setOwnership(RequestStamp stamp, long epoch, List<SlotRange> slots) {
    health.requireUsable();
    return sealed(Preparation.setOwnership(stamp, epoch, slots));
  }

  public PreparedOp setFeatureLevel(RequestStamp stamp, int level) {
    health.requireUsable();
    return sealed(Preparation.setFeatureLevel(stamp, level));
  }

  /// An operation that was prepared elsewhere, under the same keys. One on the points of a
  /// collection that is not there needs not be opened.
  ///
  /// @throws UnknownOpException if a later version of the program made it
  /// @throws UnreadableOpException if it is not what was prepared
  LogRequest received(SealedOp op) {
    KnownOps.requireKnown(op);
    if (op.getCollectionId() == Scope.NO_COLLECTION) {
      return received(sealer.get().open(op), op);
    }
    var collection = live.head().head(op.getCollectionId());
    return collection.isPresent()
        ? received(OpSealer.open(op, collection.get().keys()), op)
        : LogRequest.of(op);
  }

  private LogRequest received(Op op, SealedOp sealed) {
    requireInForce(op);
    return LogRequest.of(new PreparedOp(op, sealed));
  }

  private PreparedOp sealed(Op op) {
    requireInForce(op);
    return new PreparedOp(op, sealer.get().seal(op));
  }

  private PreparedOp sealed(Op op, CollectionKeys collection) {
    requireInForce(op);
    return new PreparedOp(op, sealer.get().seal(op, collection));
  }

  /// The level only rises, so that what is of it now is of it when it is applied.
  private void requireInForce(Op op) {
    levels.requireInForce(op, live.head().featureLevel());
  }
}
