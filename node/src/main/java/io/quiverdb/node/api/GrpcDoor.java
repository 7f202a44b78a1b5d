package io.quiverdb.node.api;

import com.google.common.net.UrlEscapers;
import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.HttpServiceWithRoutes;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Metadata;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.node.routing.AnswerMemory.Room;
import io.quiverdb.node.routing.Deadline;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/// The calls over gRPC. An error's detail travels in the standard status details.
final class GrpcDoor {
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final CallRunner runner;
  private final Streams streams;
  private final CallClock clock;
  private final AnswerRooms rooms;
  private final Executor executor;

  /// @param executor runs calls, off the event loop
  GrpcDoor(
      CallRunner runner, Streams streams, CallClock clock, AnswerRooms rooms, Executor executor) {
    this.runner = runner;
    this.streams = streams;
    this.clock = clock;
    this.rooms = rooms;
    this.executor = executor;
  }

  /// @param requestBytesMax above this a request is not even read
  HttpServiceWithRoutes over(
      List<Call<?, ?>> calls, List<StreamCall<?, ?>> streamCalls, int requestBytesMax) {
    var builder =
        GrpcService.builder()
            .maxRequestMessageLength(requestBytesMax)
            // JSON has a door of its own, and the classes that Armeria would generate for it at
            // each
            // start take a third of what the main thread computes then.
            .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
            // The calls keep their deadlines themselves: of a write they can tell more.
            .useClientTimeoutHeader(false)
            .exceptionHandler(GrpcDoor::statusOf);
    Map<String, List<Call<?, ?>>> byService = new TreeMap<>();
    for (var call : calls) {
      String service = call.method().getServiceName();
      if (service != null) {
        byService.computeIfAbsent(service, _ -> new ArrayList<>()).add(call);
      }
    }
    byService.forEach(
        (service, methods) -> {
          var definition = ServerServiceDefinition.builder(service);
          methods.forEach(call -> add(definition, call));
          streamCalls.stream()
              .filter(call -> service.equals(call.method().getServiceName()))
              .forEach(call -> add(definition, call));
          builder.addService(definition.build());
        });
    return builder.build();
  }

  private <I extends Message, O extends Message> void add(
      ServerServiceDefinition.Builder definition, Call<I, O> call) {
    definition.addMethod(
        call.method(),
        ServerCalls.asyncUnaryCall((request, responses) -> start(call, request, responses)));
  }

  private <I extends Message, O extends Message> void add(
      ServerServiceDefinition.Builder definition, StreamCall<I, O> call) {
    definition.addMethod(
        call.method(),
        ServerCalls.asyncServerStreamingCall(
            (_, responses) -> listen(call, (ServerCallStreamObserver<O>) responses)));
  }

  private <I extends Message, O extends Message> void listen(
      StreamCall<I, O> call, ServerCallStreamObserver<O> observer) {
    observer.setOnCancelHandler(() -> {});
    var context = ServiceRequestContext.current();
    clock.letGoOn(context);
    String traceId = clock.traceId(context);
    var listener =
        new Streams.Listener<O>() {
          @Override
          public boolean isOpen() {
            return !observer.isCancelled();
          }

          @Override
          public boolean isReady() {
            return observer.isReady();
          }

          @Override
          public void tell(O message) {
            observer.onNext(message);
          }

          @Override
          public void end(ErrorDetail why) {
            observer.onError(toStatus(why));
          }
        };
    executor.execute(() -> streams.run(call, listener, traceId));
  }

  private <I extends Message, O extends Message> void start(
      Call<I, O> call, I request, StreamObserver<O> responses) {
    var context = ServiceRequestContext.current();
    var deadline = clock.deadline(context);
    if (responses instanceof ServerCallStreamObserver<O> observer) {
      // Without a handler, answering a call that its caller gave up throws.
      observer.setOnCancelHandler(call.changes() ? () -> {} : deadline::abandon);
    }
    String traceId = clock.traceId(context);
    executor.execute(
        () -> {
          var room = rooms.open();
          try {
            answer(call, request, deadline, traceId, room, responses);
          } finally {
            rooms.closeWhenSent(context, room);
          }
        });
  }

  private <I extends Message, O extends Message> void answer(
      Call<I, O> call,
      I request,
      Deadline deadline,
      String traceId,
      Room room,
      StreamObserver<O> responses) {
    O answer;
    try {
      answer =
          runner.run(call, request.getSerializedSize(), () -> request, deadline, traceId, room);
    } catch (ApiException e) {
      responses.onError(toStatus(e.detail()));
      return;
    }
    responses.onNext(answer);
    responses.onCompleted();
  }

  // --- errors

  private static StatusRuntimeException toStatus(ErrorDetail detail) {
    return StatusProto.toStatusRuntimeException(details(detail));
  }

  /// The answer to a call that does not even begin: headers only.
  static HttpResponse refusal(ErrorDetail detail) {
    var details = details(detail);
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .add(HttpHeaderNames.CONTENT_TYPE, "application/grpc+proto")
            .addInt("grpc-status", details.getCode())
            .add("grpc-message", UrlEscapers.urlFragmentEscaper().escape(details.getMessage()))
            .add(
                DETAILS.name(),
                Base64.getEncoder().withoutPadding().encodeToString(details.toByteArray()))
            .build());
  }

  private static com.google.rpc.Status details(ErrorDetail detail) {
    return com.google.rpc.Status.newBuilder()
        .setCode(ErrorMapping.grpcCode(detail.getCode()).value())
        .setMessage(detail.getMessage())
        .addDetails(Any.pack(detail))
        .build();
  }

  /// Failures that are not ours carry no detail yet: what the framework refuses before a call
  /// begins.
  private static Status statusOf(
      RequestContext context, Status status, Throwable cause, Metadata trailers) {
    boolean callerIsGone = !isTooLarge(cause) && isCutOff(cause);
    if (trailers.containsKey(DETAILS) || callerIsGone) {
      return status;
    }
    var code = isTooLarge(cause) ? Status.Code.RESOURCE_EXHAUSTED : status.getCode();
    Optional<ErrorDetail> detail =
        switch (code) {
          case RESOURCE_EXHAUSTED ->
              Optional.of(
                  ErrorMapping.detail(
                      ErrorCode.RESOURCE_EXHAUSTED,
                      "request: too large (expected: at most the node's limits.request-bytes)",
                      ErrorMapping.REQUEST_TOO_LARGE));
          case INVALID_ARGUMENT ->
              Optional.of(
                  ErrorMapping.detail(
                      ErrorCode.INVALID_ARGUMENT, "request: malformed (expected: the contract's)"));
          case CANCELLED, DEADLINE_EXCEEDED, UNIMPLEMENTED, UNAVAILABLE -> Optional.empty();
          default -> Optional.of(ErrorMapping.detailOf(cause));
        };
    if (detail.isEmpty()) {
      return status;
    }
    var details = details(detail.get());
    trailers.put(DETAILS, details.toByteArray());
    return Status.fromCodeValue(details.getCode()).withDescription(details.getMessage());
  }

  private static boolean isCutOff(Throwable failure) {
    return Exceptions.isStreamCancelling(failure) || Exceptions.isExpected(failure);
  }

  private static boolean isTooLarge(Throwable failure) {
    return failure instanceof ContentTooLargeException
        || failure.getCause() instanceof ContentTooLargeException;
  }
}
