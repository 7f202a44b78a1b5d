package io.quiverdb.raft.catalog;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.quiverdb.core.UnknownOpException;
import io.quiverdb.raft.catalog.proto.CatalogOp;
import java.util.Collection;
import java.util.List;

/// Whether an operation holds nothing that this version of the program does not know, be it a kind,
/// a field or a value: to refuse or to ignore it would make this replica differ from those that
/// know it.
final class KnownCatalogOps {
  private KnownCatalogOps() {}

  /// @param index of its log entry, for the message
  /// @throws UnknownOpException if it does
  static void requireKnown(long index, CatalogOp op) {
    if (op.getKindCase() == CatalogOp.KindCase.KIND_NOT_SET) {
      throw unknown(index, "an operation of a kind");
    }
    requireKnown(index, (Message) op);
  }

  private static void requireKnown(long index, Message message) {
    if (!message.getUnknownFields().isEmpty()) {
      throw unknown(
          index,
          "%s with fields %s"
              .formatted(
                  message.getDescriptorForType().getName(),
                  message.getUnknownFields().asMap().keySet()));
    }
    message.getAllFields().forEach((field, value) -> requireKnown(index, field, value));
  }

  private static void requireKnown(long index, FieldDescriptor field, Object value) {
    for (var element : value instanceof Collection<?> repeated ? repeated : List.of(value)) {
      switch (element) {
        case Message message -> requireKnown(index, message);
        case EnumValueDescriptor constant when constant.getIndex() < 0 ->
            throw unknown(index, "a " + field.getName() + " " + constant.getNumber());
        default -> {
          // Numbers, text and bytes are known whatever they are.
        }
      }
    }
  }

  private static UnknownOpException unknown(long index, String what) {
    return new UnknownOpException(
        "catalogue entry %d: %s that this version does not know (expected: a known one)"
            .formatted(index, what));
  }
}
