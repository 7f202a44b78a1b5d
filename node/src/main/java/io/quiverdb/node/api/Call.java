package io.quiverdb.node.api;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.quiverdb.node.routing.AnswerMemory.Room;
import io.quiverdb.node.routing.Deadline;
import java.util.Objects;
import java.util.function.BiFunction;

/// One call of the contract, and what answers it. Both doors are made of these.
///
/// @param changes whether it may have an effect, of which an answer that is lost leaves unknown
///   whether it had it
record Call<I extends Message, O extends Message>(
    MethodDescriptor<I, O> method, boolean changes, Answering<I, O> answering) {
  @FunctionalInterface
  interface Answering<I, O> {
    /// Waits for other nodes; fails with what [ErrorMapping] knows.
    ///
    /// @param room of the answer, until it has left: to be reserved for one of many points
    O answer(I request, Deadline deadline, Room room);
  }

  static <I extends Message, O extends Message> Call<I, O> change(
      MethodDescriptor<I, O> method, BiFunction<I, Deadline, O> answer) {
    return new Call<>(method, true, (request, deadline, _) -> answer.apply(request, deadline));
  }

  static <I extends Message, O extends Message> Call<I, O> read(
      MethodDescriptor<I, O> method, BiFunction<I, Deadline, O> answer) {
    return new Call<>(method, false, (request, deadline, _) -> answer.apply(request, deadline));
  }

  /// Whose answer may be large.
  static <I extends Message, O extends Message> Call<I, O> readMany(
      MethodDescriptor<I, O> method, Answering<I, O> answering) {
    return new Call<>(method, false, answering);
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
