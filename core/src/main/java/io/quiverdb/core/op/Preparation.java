package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
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
import java.nio.ByteBuffer;
import java.util.List;

/// Makes operations out of requests: the first of two phases, on any thread. Changes nothing and
/// refuses only what no state could make valid; the rest is decided when it is applied.
///
/// All methods throw [IllegalArgumentException] if the request breaks a limit.
public final class Preparation {
  /// An entry holds the operation and a few bytes around it, in at most 2 MiB.
  public static final int OP_BYTES_MAX = (2 << 20) - 64;

  private Preparation() {}

  public static Op createCollection(
      RequestStamp stamp,
      long collectionId,
      long catalogIndex,
      String name,
      Descriptor descriptor,
      Settings settings,
      byte[] hashKey) {
    var create =
        CreateCollection.newBuilder()
            .setCollectionId(collectionId)
            .setCatalogIndex(catalogIndex)
            .setName(name)
            .setCollectionDescriptor(OpProtos.toProto(descriptor))
            .setSettings(OpProtos.toProto(settings))
            .setHashKey(ByteString.copyFrom(hashKey))
            .build();
    OpLimits.check(create);
    return sealed(stamp, Op.newBuilder().setCreateCollection(create));
  }

  public static Op dropCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    var drop =
        DropCollection.newBuilder().setCollectionId(collectionId).setCatalogIndex(catalogIndex);
    return sealed(stamp, Op.newBuilder().setDropCollection(drop));
  }

  public static Op shredCollection(RequestStamp stamp, long collectionId, long catalogIndex) {
    var shred =
        ShredCollection.newBuilder().setCollectionId(collectionId).setCatalogIndex(catalogIndex);
    return sealed(stamp, Op.newBuilder().setShredCollection(shred));
  }

  public static Op updateSettings(
      RequestStamp stamp, long collectionId, long catalogIndex, Settings settings) {
    var update =
        UpdateSettings.newBuilder()
            .setCollectionId(collectionId)
            .setCatalogIndex(catalogIndex)
            .setSettings(OpProtos.toProto(settings));
    return sealed(stamp, Op.newBuilder().setUpdateSettings(update));
  }

  public static Op upsert(
      RequestStamp stamp, long collectionId, Descriptor descriptor, List<Point> points) {
    var builder = Upsert.newBuilder().setCollectionId(collectionId);
    for (var point : points) {
      var upserted =
          builder
              .addPointsBuilder()
              .setIdBytes(idBytes(point.id()))
              .setVector(ByteString.copyFrom(point.vector().toLittleEndian()))
              .setPayload(ByteString.copyFrom(point.payload().asByteBuffer()));
      point.precondition().map(OpProtos::toProto).ifPresent(upserted::setPrecondition);
    }
    var upsert = builder.build();
    OpLimits.check(upsert, descriptor);
    return sealed(stamp, Op.newBuilder().setUpsert(upsert));
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
    return sealed(stamp, Op.newBuilder().setSetPayload(setPayload));
  }

  public static Op delete(RequestStamp stamp, long collectionId, List<Deletion> deletions) {
    var builder = Delete.newBuilder().setCollectionId(collectionId);
    for (var deletion : deletions) {
      var deleted = builder.addPointsBuilder().setIdBytes(idBytes(deletion.id()));
      deletion.precondition().map(OpProtos::toProto).ifPresent(deleted::setPrecondition);
    }
    var delete = builder.build();
    OpLimits.check(delete);
    return sealed(stamp, Op.newBuilder().setDelete(delete));
  }

  public static Op hashMark(RequestStamp stamp) {
    return sealed(stamp, Op.newBuilder().setHashMark(HashMark.getDefaultInstance()));
  }

  public static Op setOwnership(RequestStamp stamp, long epoch, List<SlotRange> slots) {
    var ownership =
        SetOwnership.newBuilder().setEpoch(epoch).addAllSlots(OpProtos.toProto(slots)).build();
    OpLimits.check(ownership);
    return sealed(stamp, Op.newBuilder().setSetOwnership(ownership));
  }

  private static Op sealed(RequestStamp stamp, Op.Builder op) {
    op.setRequestId(bytes(stamp.id())).setEpoch(stamp.epoch());
    stamp.seen().ifPresent(seen -> op.setSeen(OpProtos.toProto(seen)));
    var complete = op.setDigest(bytes(RequestDigest.of(op.build()))).build();
    if (complete.getSerializedSize() > OP_BYTES_MAX) {
      throw new IllegalArgumentException(
          "operation: "
              + complete.getSerializedSize()
              + " bytes (expected: at most "
              + OP_BYTES_MAX
              + ")");
    }
    return complete;
  }

  private static ByteString idBytes(String id) {
    return ByteString.copyFrom(PointIds.utf8(id));
  }

  private static ByteString bytes(RequestId id) {
    return bytes(
        new Hash128(id.uuid().getMostSignificantBits(), id.uuid().getLeastSignificantBits()));
  }

  private static ByteString bytes(Hash128 value) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(Hash128.BYTES).putLong(value.high()).putLong(value.low()).flip());
  }
}
