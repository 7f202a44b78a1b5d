package io.quiverdb.core.engine;

import com.google.protobuf.ByteString;
import io.quiverdb.core.Deletion;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.Point;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.op.OpSealer;
import io.quiverdb.core.op.Preparation;
import io.quiverdb.core.op.SealedOp;
import java.util.List;

/// Makes operations that are fit for the log of a store: prepared, and sealed by the keys that it
/// has. Changes nothing.
///
/// All methods throw [IllegalArgumentException] if the request breaks a limit, or the collection
/// whose points it is about is not there.
public final class OpFactory {
  private final Health health;
  private final LiveState live;
  private final OpSealer sealer;

  OpFactory(Health health, LiveState live, OpSealer sealer) {
    this.health = health;
    this.live = live;
    this.sealer = sealer;
  }

  public SealedOp createCollection(
      RequestStamp stamp,
      long collectionId,
      long catalogIndex,
      String name,
      Descriptor descriptor,
      Settings settings,
      ByteString wrappedKeys) {
    health.requireUsable();
    return sealer.seal(
        Preparation.createCollection(
            stamp, collectionId, catalogIndex, name, descriptor, settings, wrappedKeys));
  }

  public SealedOp dropCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    health.requireUsable();
    return sealer.seal(Preparation.dropCollection(stamp, collectionId, catalogIndex));
  }

  public SealedOp shredCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    health.requireUsable();
    return sealer.seal(Preparation.shredCollection(stamp, collectionId, catalogIndex));
  }

  public SealedOp updateSettings(
      RequestStamp stamp, long collectionId, long catalogIndex, Settings settings) {
    health.requireUsable();
    return sealer.seal(Preparation.updateSettings(stamp, collectionId, catalogIndex, settings));
  }

  public SealedOp upsert(RequestStamp stamp, long collectionId, List<Point> points) {
    var collection = live.head(collectionId);
    return sealer.seal(
        Preparation.upsert(stamp, collectionId, collection.descriptor(), points),
        collection.keys());
  }

  public SealedOp setPayload(RequestStamp stamp, long collectionId, List<PayloadChange> changes) {
    var collection = live.head(collectionId);
    return sealer.seal(Preparation.setPayload(stamp, collectionId, changes), collection.keys());
  }

  public SealedOp delete(RequestStamp stamp, long collectionId, List<Deletion> deletions) {
    var collection = live.head(collectionId);
    return sealer.seal(Preparation.delete(stamp, collectionId, deletions), collection.keys());
  }

  public SealedOp hashMark(RequestStamp stamp) {
    health.requireUsable();
    return sealer.seal(Preparation.hashMark(stamp));
  }

  public SealedOp setOwnership(RequestStamp stamp, long epoch, List<SlotRange> slots) {
    health.requireUsable();
    return sealer.seal(Preparation.setOwnership(stamp, epoch, slots));
  }
}
