package io.quiverdb.node.api;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.netty.util.AttributeKey;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.node.routing.Deadline;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// The calls over HTTP with JSON, at the paths that the contract's annotations give them. An error
/// is a problem document.
final class RestDoor {
  private static final int MILLIS_PER_SECOND = 1_000;
  private static final MediaType LINES = MediaType.create("application", "x-ndjson");
  private static final MediaType PROBLEM = MediaType.create("application", "problem+json");

  /// Set once a call may be answered.
  private static final AttributeKey<Begun> BEGUN = AttributeKey.valueOf(RestDoor.class, "BEGUN");

  private record Begun(Call<?, ?> call, String traceId) {}

  private final CallRunner runner;
  private final Streams streams;
  private final CallClock clock;
  private final AnswerRooms rooms;
  private final Executor executor;

  /// @param executor runs calls, off the event loop
  RestDoor(
      CallRunner runner, Streams streams, CallClock clock, AnswerRooms rooms, Executor executor) {
    this.runner = runner;
    this.streams = streams;
    this.clock = clock;
    this.rooms = rooms;
    this.executor = executor;
  }

  void addTo(ServerBuilder server, List<Call<?, ?>> calls, List<StreamCall<?, ?>> streamCalls) {
    for (var call : calls) {
      server.service(route(call), service(call));
    }
    for (var call : streamCalls) {
      server.service(route(call.method()), lines(call));
    }
  }

  static Route route(Call<?, ?> call) {
    return route(call.method());
  }

  private static Route route(MethodDescriptor<?, ?> method) {
    var rule = httpRule(method);
    return switch (rule.getPatternCase()) {
      case GET -> route(HttpMethod.GET, rule.getGet());
      case PUT -> route(HttpMethod.PUT, rule.getPut());
      case POST -> route(HttpMethod.POST, rule.getPost());
      case DELETE -> route(HttpMethod.DELETE, rule.getDelete());
      case PATCH, CUSTOM, PATTERN_NOT_SET ->
          throw new AssertionError("no path: " + method.getFullMethodName());
    };
  }

  private static Route route(HttpMethod method, String path) {
    return Route.builder().methods(method).path(path).build();
  }

  private static HttpRule httpRule(MethodDescriptor<?, ?> method) {
    if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema) {
      return schema.getMethodDescriptor().getOptions().getExtension(AnnotationsProto.http);
    }
    throw new AssertionError("generated for protobuf: " + method.getFullMethodName());
  }

  /// A JSON object a line, for as long as the caller listens.
  private <O extends Message> HttpService lines(StreamCall<?, O> call) {
    return (context, _) -> {
      clock.letGoOn(context);
      String traceId = clock.traceId(context);
      var answer = new CompletableFuture<HttpResponse>();
      executor.execute(() -> streams.run(call, new LineListener<O>(answer), traceId));
      return HttpResponse.of(answer);
    };
  }

  /// Its status is not known before there is something to tell.
  private static final class LineListener<O extends Message> implements Streams.Listener<O> {
    private final CompletableFuture<HttpResponse> answer;
    private Optional<HttpResponseWriter> writer = Optional.empty();
    private CompletableFuture<Void> taken = CompletableFuture.completedFuture(null);

    LineListener(CompletableFuture<HttpResponse> answer) {
      this.answer = answer;
    }

    @Override
    public boolean isOpen() {
      return writer.isEmpty() ? !answer.isDone() : writer.get().isOpen();
    }

    @Override
    public boolean isReady() {
      return taken.isDone();
    }

    @Override
    public void tell(O message) {
      var lines = writer.orElseGet(this::begin);
      byte[] json = JsonWriter.write(message);
      byte[] line = Arrays.copyOf(json, json.length + 1);
      line[json.length] = '\n';
      if (lines.tryWrite(HttpData.wrap(line))) {
        taken = lines.whenConsumed();
      }
    }

    private HttpResponseWriter begin() {
      var lines = HttpResponse.streaming();
      lines.write(ResponseHeaders.of(HttpStatus.OK, HttpHeaderNames.CONTENT_TYPE, LINES));
      writer = Optional.of(lines);
      answer.complete(lines);
      return lines;
    }

    @Override
    public void end(ErrorDetail why) {
      if (writer.isPresent()) {
        writer.get().close();
      } else {
        answer.complete(problem(why));
      }
    }
  }

  private <I extends Message, O extends Message> HttpService service(Call<I, O> call) {
    return (context, request) -> {
      var deadline = clock.deadline(context);
      String traceId = clock.traceId(context);
      CompletableFuture<HttpResponse> answer =
          request
              .aggregate()
              .thenApply(
                  whole -> {
                    // On the event loop, as is the end of the request's time: one of them is first.
                    context.setAttr(BEGUN, new Begun(call, traceId));
                    return whole;
                  })
              .thenApplyAsync(whole -> answer(call, context, whole, deadline, traceId), executor);
      var response = HttpResponse.of(answer);
      if (!call.changes()) {
        var _ =
            response
                .whenComplete()
                .exceptionally(
                    _ -> {
                      deadline.abandon();
                      return null;
                    });
      }
      return response;
    };
  }

  private <I extends Message, O extends Message> HttpResponse answer(
      Call<I, O> call,
      ServiceRequestContext context,
      AggregatedHttpRequest request,
      Deadline deadline,
      String traceId) {
    var room = rooms.open();
    try {
      var answer =
          runner.run(
              call,
              request.content().length(),
              () -> request(call, context, request),
              deadline,
              traceId,
              room);
      return HttpResponse.of(
          HttpStatus.OK, MediaType.JSON, HttpData.wrap(JsonWriter.write(answer)));
    } catch (ApiException e) {
      return problem(e.detail());
    } finally {
      rooms.closeWhenSent(context, room);
    }
  }

  private static <I extends Message> I request(
      Call<I, ?> call, ServiceRequestContext context, AggregatedHttpRequest request) {
    if (!context.queryParams().isEmpty()) {
      throw new IllegalArgumentException(
          "query: \"" + context.query() + "\" (expected: none; fields go into the body)");
    }
    var builder = call.newRequest();
    JsonReader.read(request.content().array(), builder);
    context.pathParams().forEach((name, value) -> setFromPath(builder, name, value));
    return call.request(builder);
  }

  private static void setFromPath(Message.Builder builder, String name, String value) {
    var field = builder.getDescriptorForType().findFieldByName(name);
    Object inBody = builder.getField(field);
    if (!inBody.equals("") && !inBody.equals(value)) {
      throw new IllegalArgumentException(
          name + ": \"" + inBody + "\" (expected: \"" + value + "\", as in the path)");
    }
    builder.setField(field, value);
  }

  /// What to say of a call that the framework ends before its answer has come. Empty for what did
  /// not begin.
  static Optional<HttpResponse> cutOff(ServiceRequestContext context, Throwable cause) {
    return Optional.ofNullable(context.attr(BEGUN))
        .flatMap(
            begun -> {
              if (begun.call().changes()) {
                return Optional.of(
                    ErrorMapping.detail(
                            ErrorCode.OUTCOME_UNKNOWN,
                            "node: no answer in time; the change may still be made")
                        .toBuilder()
                        .setTraceId(begun.traceId())
                        .build());
              }
              return cause instanceof RequestTimeoutException
                  ? Optional.of(
                      ErrorMapping.detail(
                              ErrorCode.DEADLINE_EXCEEDED,
                              "node: no answer in time (expected: one before the call's deadline)")
                          .toBuilder()
                          .setTraceId(begun.traceId())
                          .build())
                  : Optional.empty();
            })
        .map(RestDoor::problem);
  }

  static HttpResponse problem(ErrorDetail detail) {
    return problem(detail, ErrorMapping.httpStatus(detail)).toHttpResponse();
  }

  /// With a status that the framework has decided.
  static AggregatedHttpResponse problem(ErrorDetail detail, HttpStatus status) {
    var headers = ResponseHeaders.builder(status).contentType(PROBLEM);
    if (detail.getRetryAfterMillis() > 0) {
      headers.add(
          HttpHeaderNames.RETRY_AFTER,
          Integer.toString(Math.ceilDiv(detail.getRetryAfterMillis(), MILLIS_PER_SECOND)));
    }
    if (status.equals(HttpStatus.UNAUTHORIZED)) {
      headers.add(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    return AggregatedHttpResponse.of(
        headers.build(), HttpData.wrap(JsonWriter.writeProblem(detail, status.code())));
  }
}
