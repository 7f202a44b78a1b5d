package io.quiverdb.node.api;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.quiverdb.node.routing.Deadline;
import java.util.Objects;
import java.util.function.BiFunction;

/// One call of the contract, and what answers it. Both doors are made of these.
///
/// @param changes whether it may have an effect, of which an answer that is lost leaves unknown
///   whether it had it
/// @param answer waits for other nodes; fails with what [ErrorMapping] knows
record Call<I extends Message, O extends Message>(
    MethodDescriptor<I, O> method, boolean changes, BiFunction<I, Deadline, O> answer) {
  static <I extends Message, O extends Message> Call<I, O> change(
      MethodDescriptor<I, O> method, BiFunction<I, Deadline, O> answer) {
    return new Call<>(method, true, answer);
  }

  static <I extends Message, O extends Message> Call<I, O> read(
      MethodDescriptor<I, O> method, BiFunction<I, Deadline, O> answer) {
    return new Call<>(method, false, answer);
  }

  String name() {
    return Objects.requireNonNull(method.getBareMethodName(), method::getFullMethodName);
  }

  Message.Builder newRequest() {
    var marshaller = (PrototypeMarshaller<I>) method.getRequestMarshaller();
    return Objects.requireNonNull(marshaller.getMessagePrototype()).newBuilderForType();
  }

  /// What was set on a builder from [#newRequest].
  @SuppressWarnings("unchecked")
  I request(Message.Builder builder) {
    return (I) builder.build();
  }
}
