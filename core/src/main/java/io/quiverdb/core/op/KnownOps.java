package io.quiverdb.core.op;

import com.google.protobuf.Message;
import io.quiverdb.core.UnknownOpException;

/// Whether operations hold nothing that this version of the program does not know, be it a kind, a
/// field or a value.
///
/// All methods throw [UnknownOpException] if they do.
public final class KnownOps {
  private KnownOps() {}

  static void requireKnown(Entry entry) {
    requireKnownFields(entry);
    entry.getOpsList().forEach(KnownOps::requireKnown);
  }

  public static void requireKnown(SealedOp op) {
    requireKnownFields(op);
    requireKnownFields(op.getSeen());
  }

  static void requireKnown(Op op) {
    requireKnownFields(op);
    switch (op.getKindCase()) {
      case CREATE_COLLECTION -> {
        var create = op.getCreateCollection();
        requireKnownFields(create);
        requireKnownFields(create.getCollectionDescriptor());
        requireKnownValue(
            create.getCollectionDescriptor().getMetric()
                != CollectionDescriptor.Metric.UNRECOGNIZED,
            "metric");
        requireKnownSettings(create.getSettings());
      }
      case DROP_COLLECTION -> requireKnownFields(op.getDropCollection());
      case SHRED_COLLECTION -> requireKnownFields(op.getShredCollection());
      case UPDATE_SETTINGS -> {
        requireKnownFields(op.getUpdateSettings());
        requireKnownSettings(op.getUpdateSettings().getSettings());
      }
      case UPSERT -> {
        requireKnownFields(op.getUpsert());
        for (var point : op.getUpsert().getPointsList()) {
          requireKnownFields(point);
          requireKnownCondition(point.hasPrecondition(), point.getPrecondition());
        }
      }
      case SET_PAYLOAD -> {
        requireKnownFields(op.getSetPayload());
        for (var change : op.getSetPayload().getPayloadsList()) {
          requireKnownFields(change);
          requireKnownCondition(change.hasPrecondition(), change.getPrecondition());
        }
      }
      case DELETE -> {
        requireKnownFields(op.getDelete());
        for (var point : op.getDelete().getPointsList()) {
          requireKnownFields(point);
          requireKnownCondition(point.hasPrecondition(), point.getPrecondition());
        }
      }
      // Ignored, whatever it may come to hold.
      case CHECKPOINT -> {}
      case HASH_MARK -> requireKnownFields(op.getHashMark());
      case SET_OWNERSHIP -> {
        requireKnownFields(op.getSetOwnership());
        op.getSetOwnership().getSlotsList().forEach(KnownOps::requireKnownFields);
      }
      case SET_FEATURE_LEVEL -> requireKnownFields(op.getSetFeatureLevel());
      case KIND_NOT_SET ->
          throw new UnknownOpException("operation: of an unknown kind (expected: a known one)");
    }
  }

  private static void requireKnownSettings(CollectionSettings settings) {
    requireKnownFields(settings);
    for (var field : settings.getFilterableFieldsList()) {
      requireKnownFields(field);
      requireKnownValue(
          field.getType() != CollectionSettings.FilterableField.Type.UNRECOGNIZED,
          "type of filterable field");
    }
  }

  private static void requireKnownValue(boolean known, String what) {
    if (!known) {
      throw new UnknownOpException("operation: an unknown " + what + " (expected: a known one)");
    }
  }

  private static void requireKnownCondition(boolean isThere, PointCondition condition) {
    if (!isThere) {
      return;
    }
    requireKnownFields(condition);
    switch (condition.getKindCase()) {
      case ABSENT -> requireKnownFields(condition.getAbsent());
      case PRESENT -> requireKnownFields(condition.getPresent());
      case VERSION -> {}
      case KIND_NOT_SET ->
          throw new UnknownOpException(
              "operation: a precondition of an unknown kind (expected: a known one)");
    }
  }

  private static void requireKnownFields(Message message) {
    var unknown = message.getUnknownFields();
    if (!unknown.isEmpty()) {
      throw new UnknownOpException(
          "operation: %s with fields %s (expected: known ones)"
              .formatted(message.getDescriptorForType().getName(), unknown.asMap().keySet()));
    }
  }
}
