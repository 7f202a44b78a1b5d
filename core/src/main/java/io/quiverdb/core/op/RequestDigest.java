package io.quiverdb.core.op;

import io.quiverdb.core.state.CanonicalHash;
import io.quiverdb.core.state.Hash128;

/// The digest of what a request asks for, however it was sent: without its stamp (request id,
/// epoch, position seen) and without what prepare or the catalogue drew for it (keys).
final class RequestDigest {
  private RequestDigest() {}

  static Hash128 of(Op op) {
    var hash = new CanonicalHash("quiver request 1").putInt(op.getKindCase().getNumber());
    switch (op.getKindCase()) {
      case CREATE_COLLECTION -> put(op.getCreateCollection(), hash);
      case DROP_COLLECTION -> put(op.getDropCollection(), hash);
      case UPSERT -> put(op.getUpsert(), hash);
      case DELETE -> put(op.getDelete(), hash);
      case HASH_MARK -> {}
      case SET_OWNERSHIP -> put(op.getSetOwnership(), hash);
      case KIND_NOT_SET -> throw new AssertionError("prepare sets a kind");
    }
    return hash.finish();
  }

  private static void put(CreateCollection op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId())
        .putLong(op.getCatalogIndex())
        .putText(op.getName())
        .putInt(op.getCollectionDescriptor().getDimension())
        .putInt(op.getCollectionDescriptor().getMetricValue())
        .putInt(op.getSettings().getFilterableFieldsCount());
    for (var field : op.getSettings().getFilterableFieldsList()) {
      hash.putText(field.getPath()).putInt(field.getTypeValue());
    }
  }

  private static void put(DropCollection op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId()).putLong(op.getCatalogIndex());
  }

  private static void put(Upsert op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId()).putInt(op.getPointsCount());
    for (var point : op.getPointsList()) {
      hash.putBytes(point.getIdBytes()).putBytes(point.getVector()).putBytes(point.getPayload());
    }
  }

  private static void put(Delete op, CanonicalHash hash) {
    hash.putLong(op.getCollectionId()).putInt(op.getIdsCount());
    for (int index = 0; index < op.getIdsCount(); index++) {
      hash.putBytes(op.getIdsBytes(index));
    }
  }

  private static void put(SetOwnership op, CanonicalHash hash) {
    hash.putLong(op.getEpoch()).putInt(op.getSlotsCount());
    op.getSlotsList().forEach(range -> hash.putInt(range.getFirst()).putInt(range.getLast()));
  }
}
