package io.quiverdb.core.op;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// An operation of every kind with every field filled, and what becomes of it if one message in it
/// is changed. By the messages' descriptors: a field that is added is in it.
final class FilledOps {
  private FilledOps() {}

  /// One of every kind, but for checkpoints, which hold nothing.
  static Stream<Op> all() {
    return Op.getDescriptor().getOneofs().getFirst().getFields().stream()
        .filter(kind -> kind.getNumber() != Op.CHECKPOINT_FIELD_NUMBER)
        .map(kind -> fill(Op.newBuilder(), kind));
  }

  private static Op fill(Op.Builder op, FieldDescriptor kind) {
    for (var field : Op.getDescriptor().getFields()) {
      if (field.getContainingOneof() == null) {
        op.setField(field, value(op, field));
      }
    }
    return op.setField(kind, value(op, kind)).build();
  }

  private static Message filled(Message.Builder message) {
    for (var field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        message.addRepeatedField(field, value(message, field));
        message.addRepeatedField(field, value(message, field));
      } else {
        // Of a choice the last one stays.
        message.setField(field, value(message, field));
      }
    }
    return message.build();
  }

  private static Object value(Message.Builder message, FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> filled(message.newBuilderForField(field));
      case ENUM -> field.getEnumType().findValueByNumber(1);
      case INT -> field.getNumber() + 100;
      case LONG -> (long) field.getNumber() + 100;
      case STRING -> "text " + field.getNumber();
      case BYTE_STRING -> ByteString.copyFromUtf8("bytes " + field.getNumber());
      case FLOAT, DOUBLE, BOOLEAN -> throw new AssertionError("no operation has it: " + field);
    };
  }

  /// Where a message stands in an operation, and the operation with another in its place.
  ///
  /// @param path for people
  record Changed(String path, Op op) {
    @Override
    public String toString() {
      return path;
    }
  }

  /// Every message in an operation, itself included, changed alone.
  static List<Changed> changedOnce(Op op, Function<Message, List<Message>> changes) {
    return changedOnce(op, op.getKindCase().name(), changes).stream()
        .map(place -> new Changed(place.path, (Op) place.message))
        .toList();
  }

  private record Place(String path, Message message) {}

  private static List<Place> changedOnce(
      Message message, String path, Function<Message, List<Message>> changes) {
    var all = new ArrayList<Place>();
    changes.apply(message).forEach(changed -> all.add(new Place(path, changed)));
    for (var field : message.getDescriptorForType().getFields()) {
      var own = path + "." + field.getName();
      if (field.getJavaType() != JavaType.MESSAGE) {
        continue;
      }
      if (field.isRepeated()) {
        for (int index = 0; index < message.getRepeatedFieldCount(field); index++) {
          int at = index;
          var part = (Message) message.getRepeatedField(field, index);
          for (var place : changedOnce(part, own + "[" + index + "]", changes)) {
            all.add(
                new Place(
                    place.path,
                    message.toBuilder().setRepeatedField(field, at, place.message).build()));
          }
        }
      } else if (message.hasField(field)) {
        for (var place : changedOnce((Message) message.getField(field), own, changes)) {
          all.add(
              new Place(place.path, message.toBuilder().setField(field, place.message).build()));
        }
      }
    }
    return all;
  }
}
