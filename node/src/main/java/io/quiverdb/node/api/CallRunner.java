package io.quiverdb.node.api;

import com.google.protobuf.Message;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.api.v1.WriteResponse;
import io.quiverdb.node.routing.AnswerMemory.Room;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.RoutingException.DeadlineExceeded;
import io.quiverdb.node.telemetry.NodeMetrics;
import io.quiverdb.node.telemetry.TraceId;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.MDC;

/// Runs calls, whichever door they came through: limits, metrics, trace ids, and failures as error
/// details.
final class CallRunner {
  private final Limits limits;
  private final NodeMetrics metrics;
  private final BooleanSupplier stopping;

  /// @param stopping whether new calls are refused
  CallRunner(Limits limits, NodeMetrics metrics, BooleanSupplier stopping) {
    this.limits = limits;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  /// Waits for the answer; belongs on a virtual thread.
  ///
  /// @param requestBytes as the request came
  /// @param request decodes it
  /// @param room of the answer; the caller closes it
  /// @throws ApiException on any failure
  <I extends Message, O extends Message> O run(
      Call<I, O> call,
      int requestBytes,
      Supplier<I> request,
      Deadline deadline,
      String traceId,
      Room room) {
    long start = System.nanoTime();
    String code = "OK";
    metrics.callStarted();
    try (var _ = MDC.putCloseable(TraceId.LOG_KEY, traceId)) {
      O answer = answer(call, requestBytes, request, deadline, traceId, room);
      room.shrink(answer.getSerializedSize());
      return answer;
    } catch (ApiException e) {
      room.close();
      code = e.detail().getCode().name();
      throw e;
    } finally {
      metrics.callFinished(call.name(), code, System.nanoTime() - start);
    }
  }

  private <I extends Message, O extends Message> O answer(
      Call<I, O> call,
      int requestBytes,
      Supplier<I> request,
      Deadline deadline,
      String traceId,
      Room room) {
    try {
      if (stopping.getAsBoolean()) {
        throw refused(
            ErrorCode.UNAVAILABLE,
            "node: stopping (expected: another node)",
            ErrorMapping.STOPPING);
      }
      // A write looks itself, before it sends its first part.
      if (!call.changes() && deadline.passed()) {
        throw new DeadlineExceeded(call.name());
      }
      checkBytes("request", requestBytes, limits.requestBytesMax(), ErrorMapping.REQUEST_TOO_LARGE);
      O answer = call.answering().answer(request.get(), deadline, room);
      // What a write did cannot be refused any more.
      if (!(answer instanceof WriteResponse)) {
        checkBytes(
            "response",
            answer.getSerializedSize(),
            limits.responseBytesMax(),
            ErrorMapping.RESPONSE_TOO_LARGE);
      }
      return answer;
    } catch (RuntimeException | Error e) {
      throw new ApiException(detailOf(e, traceId));
    }
  }

  private static ErrorDetail detailOf(Throwable failure, String traceId) {
    return ErrorMapping.detailOf(failure).toBuilder().setTraceId(traceId).build();
  }

  private static void checkBytes(String what, int bytes, int bytesMax, String reason) {
    if (bytes > bytesMax) {
      throw refused(
          ErrorCode.RESOURCE_EXHAUSTED,
          "%s: %d bytes (expected: at most %d)".formatted(what, bytes, bytesMax),
          reason);
    }
  }

  private static ApiException refused(ErrorCode code, String message, String reason) {
    return new ApiException(ErrorMapping.detail(code, message, reason));
  }
}
