package io.quiverdb.core.op;

import io.quiverdb.core.state.CanonicalHash;
import io.quiverdb.core.state.Hash128;
import javax.crypto.Mac;

/// The digest of what a request asks for, however it was sent: without its stamp (request id,
/// epoch, position seen) and without what prepare or the catalogue drew for it (keys).
final class RequestDigest {
  private RequestDigest() {}

  /// @param mac keyed for digests of requests
  static Hash128 of(Op op, Mac mac) {
    var hash = CanonicalHash.keyed("quiver request 1", mac).putInt(op.getKindCase().getNumber());
    switch (op.getKindCase()) {
      case CREATE_COLLECTION -> put(op.getCreateCollection(), hash);
      case DROP_COLLECTION -> put(op.getDropCollection(), hash);
      case SHRED_COLLECTION -> put(op.getShredCollection(), hash);
      case UPDATE_SETTINGS -> put(op.getUpdateSettings(), hash);
      case UPSERT -> put(op.getUpsert(), hash);
      case SET_PAYLOAD -> put(op.getSetPayload(), hash);
      case DELETE -> put(op.getDelete(), hash);
      case HASH_MARK -> {}
      case SET_OWNERSHIP -> put(op.getSetOwnership(), hash);
      case SET_FEATURE_LEVEL -> hash.putInt(op.getSetFeatureLevel().getLevel());
      case CHECKPOINT, KIND_NOT_SET -> {
        // Never prepared here; a later version's is never settled here.
      }
    }
    return hash.finish();
  }

  private static void put(CreateCollection op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId())
        .putLong(op.getCatalogIndex())
        .putText(op.getName())
        .putInt(op.getCollectionDescriptor().getDimension())
        .putInt(op.getCollectionDescriptor().getMetricValue());
    put(op.getSettings(), hash);
  }

  private static void put(CollectionSettings settings, CanonicalHash hash) {
    hash.putInt(settings.getFilterableFieldsCount());
    for (var field : settings.getFilterableFieldsList()) {
      hash.putText(field.getPath()).putInt(field.getTypeValue());
    }
    // Nothing where there is none: requests are remembered that came before there was any.
    if (settings.hasEf()) {
      hash.putText("ef").putInt(settings.getEf());
    }
  }

  private static void put(DropCollection op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId()).putLong(op.getCatalogIndex());
  }

  private static void put(ShredCollection op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId()).putLong(op.getCatalogIndex());
  }

  private static void put(UpdateSettings op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId()).putLong(op.getCatalogIndex());
    put(op.getSettings(), hash);
  }

  private static void put(Upsert op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId()).putInt(op.getPointsCount());
    for (var point : op.getPointsList()) {
      hash.putBytes(point.getIdBytes()).putBytes(point.getVector()).putBytes(point.getPayload());
      put(point.getPrecondition(), hash);
    }
  }

  private static void put(SetPayload op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId()).putInt(op.getPayloadsCount());
    for (var change : op.getPayloadsList()) {
      hash.putBytes(change.getIdBytes()).putBytes(change.getPayload());
      put(change.getPrecondition(), hash);
    }
  }

  private static void put(Delete op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId()).putInt(op.getPointsCount());
    for (var point : op.getPointsList()) {
      hash.putBytes(point.getIdBytes());
      put(point.getPrecondition(), hash);
    }
  }

  private static void put(PointCondition precondition, CanonicalHash hash) {
    hash.putInt(precondition.getKindCase().getNumber()).putLong(precondition.getVersion());
  }

  private static void put(SetOwnership op, CanonicalHash hash) {
    hash.putLong(op.getEpoch()).putInt(op.getSlotsCount());
    op.getSlotsList().forEach(range -> hash.putInt(range.getFirst()).putInt(range.getLast()));
  }
}
