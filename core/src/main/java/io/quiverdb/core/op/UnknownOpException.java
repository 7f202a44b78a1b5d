package io.quiverdb.core.op;

import com.google.protobuf.Message;

/// An operation made by a later version of the program. A replica that skipped it would differ from
/// the others; so it stops.
public final class UnknownOpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private UnknownOpException(String message) {
    super(message);
  }

  static void requireKnown(Op op) {
    requireKnownFields(op);
    switch (op.getKindCase()) {
      case CREATE_COLLECTION -> {
        var create = op.getCreateCollection();
        requireKnownFields(create);
        requireKnownFields(create.getCollectionDescriptor());
        requireKnownFields(create.getSettings());
        create
            .getSettings()
            .getFilterableFieldsList()
            .forEach(UnknownOpException::requireKnownFields);
      }
      case DROP_COLLECTION -> requireKnownFields(op.getDropCollection());
      case UPSERT -> {
        requireKnownFields(op.getUpsert());
        op.getUpsert().getPointsList().forEach(UnknownOpException::requireKnownFields);
      }
      case DELETE -> requireKnownFields(op.getDelete());
      case HASH_MARK -> requireKnownFields(op.getHashMark());
      case SET_OWNERSHIP -> {
        requireKnownFields(op.getSetOwnership());
        op.getSetOwnership().getSlotsList().forEach(UnknownOpException::requireKnownFields);
      }
      case KIND_NOT_SET ->
          throw new UnknownOpException("operation: of an unknown kind (expected: a known one)");
    }
  }

  private static void requireKnownFields(Message message) {
    var unknown = message.getUnknownFields().asMap().keySet();
    if (!unknown.isEmpty()) {
      throw new UnknownOpException(
          "operation: %s with fields %s (expected: known ones)"
              .formatted(message.getDescriptorForType().getName(), unknown));
    }
  }
}
