package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quiverdb.core.Deletion;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.PayloadChange;
import io.quiverdb.core.Point;
import io.quiverdb.core.PointIds;
import io.quiverdb.core.RequestId;
import io.quiverdb.core.RequestStamp;
import io.quiverdb.core.Settings;
import io.quiverdb.core.SlotRange;
import io.quiverdb.core.state.Hash128;
import java.util.List;

/// Makes operations out of requests: the first of two phases, on any thread. Changes nothing and
/// refuses only what no state could make valid; the rest is decided when it is applied. [OpSealer]
/// makes them fit for a log.
///
/// All methods throw [IllegalArgumentException] if the request breaks a limit.
public final class Preparation {
  private Preparation() {}

  public static Op createCollection(
      RequestStamp stamp,
      long collectionId,
      long catalogIndex,
      String name,
      Descriptor descriptor,
      Settings settings,
      ByteString wrappedKeys) {
    var create =
        CreateCollection.newBuilder()
            .setCollectionId(collectionId)
            .setCatalogIndex(catalogIndex)
            .setName(name)
            .setCollectionDescriptor(OpProtos.toProto(descriptor))
            .setSettings(OpProtos.toProto(settings))
            .setWrappedKeys(wrappedKeys)
            .build();
    OpLimits.check(create);
    return stamped(stamp, Op.newBuilder().setCreateCollection(create));
  }

  public static Op dropCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    var drop =
        DropCollection.newBuilder().setCollectionId(collectionId).setCatalogIndex(catalogIndex);
    return stamped(stamp, Op.newBuilder().setDropCollection(drop));
  }

  public static Op shredCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    var shred =
        ShredCollection.newBuilder().setCollectionId(collectionId).setCatalogIndex(catalogIndex);
    return stamped(stamp, Op.newBuilder().setShredCollection(shred));
  }

  public static Op updateSettings(
      RequestStamp stamp, long collectionId, long catalogIndex, Settings settings) {
    var update =
        UpdateSettings.newBuilder()
            .setCollectionId(collectionId)
            .setCatalogIndex(catalogIndex)
            .setSettings(OpProtos.toProto(settings));
    return stamped(stamp, Op.newBuilder().setUpdateSettings(update));
  }

  public static Op upsert(
      RequestStamp stamp, long collectionId, Descriptor descriptor, List<Point> points) {
    var builder = Upsert.newBuilder().setCollectionId(collectionId);
    for (var point : points) {
      var upserted =
          UpsertedPoint.newBuilder()
              .setIdBytes(idBytes(point.id()))
              .setVector(UnsafeByteOperations.unsafeWrap(point.vector().toLittleEndian()))
              .setPayload(UnsafeByteOperations.unsafeWrap(point.payload().toBytes()));
      point.precondition().map(OpProtos::toProto).ifPresent(upserted::setPrecondition);
      builder.addPoints(upserted.build());
    }
    var upsert = builder.build();
    OpLimits.check(upsert, descriptor);
    return stamped(stamp, Op.newBuilder().setUpsert(upsert));
  }

  public static Op setPayload(RequestStamp stamp, long collectionId, List<PayloadChange> changes) {
    var builder = SetPayload.newBuilder().setCollectionId(collectionId);
    for (var change : changes) {
      var changed =
          builder
              .addPayloadsBuilder()
              .setIdBytes(idBytes(change.id()))
              .setPayload(ByteString.copyFrom(change.payload().asByteBuffer()));
      change.precondition().map(OpProtos::toProto).ifPresent(changed::setPrecondition);
    }
    var setPayload = builder.build();
    OpLimits.check(setPayload);
    return stamped(stamp, Op.newBuilder().setSetPayload(setPayload));
  }

  public static Op delete(RequestStamp stamp, long collectionId, List<Deletion> deletions) {
    var builder = Delete.newBuilder().setCollectionId(collectionId);
    for (var deletion : deletions) {
      var deleted = builder.addPointsBuilder().setIdBytes(idBytes(deletion.id()));
      deletion.precondition().map(OpProtos::toProto).ifPresent(deleted::setPrecondition);
    }
    var delete = builder.build();
    OpLimits.check(delete);
    return stamped(stamp, Op.newBuilder().setDelete(delete));
  }

  public static Op hashMark(RequestStamp stamp) {
    return stamped(stamp, Op.newBuilder().setHashMark(HashMark.getDefaultInstance()));
  }

  public static Op setOwnership(RequestStamp stamp, long epoch, List<SlotRange> slots) {
    var ownership =
        SetOwnership.newBuilder().setEpoch(epoch).addAllSlots(OpProtos.toProto(slots)).build();
    OpLimits.check(ownership);
    return stamped(stamp, Op.newBuilder().setSetOwnership(ownership));
  }

  public static Op setFeatureLevel(RequestStamp stamp, int level) {
    var set = SetFeatureLevel.newBuilder().setLevel(level).build();
    OpLimits.check(set);
    return stamped(stamp, Op.newBuilder().setSetFeatureLevel(set));
  }

  private static Op stamped(RequestStamp stamp, Op.Builder op) {
    op.setRequestId(bytes(stamp.id())).setEpoch(stamp.epoch());
    stamp.seen().ifPresent(seen -> op.setSeen(OpProtos.toProto(seen)));
    return op.build();
  }

  private static ByteString idBytes(String id) {
    return UnsafeByteOperations.unsafeWrap(PointIds.utf8(id));
  }

  private static ByteString bytes(RequestId id) {
    return OpSealer.bytes(
        new Hash128(id.uuid().getMostSignificantBits(), id.uuid().getLeastSignificantBits()));
  }
}
