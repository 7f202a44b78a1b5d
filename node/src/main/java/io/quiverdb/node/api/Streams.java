package io.quiverdb.node.api;

import com.google.protobuf.Message;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.node.telemetry.NodeMetrics;
import io.quiverdb.node.telemetry.TraceId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/// Answers calls that go on, whichever door they came through. A listener that is slow misses what
/// was replaced meanwhile, never what is last.
final class Streams {
  /// Above this a client had better ask another node, or now and then.
  static final int STREAMS_MAX = 4096;

  private static final Duration POLL = Duration.ofMillis(100);

  /// Tells listeners that the node lives, and this node whether listeners do.
  private static final Duration REPEAT = Duration.ofSeconds(10);

  private final NodeMetrics metrics;
  private final BooleanSupplier stopping;
  private final AtomicInteger open = new AtomicInteger();

  /// @param stopping whether all are to end
  Streams(NodeMetrics metrics, BooleanSupplier stopping) {
    this.metrics = metrics;
    this.stopping = stopping;
  }

  /// Who called, behind one of the doors.
  interface Listener<O> {
    boolean isOpen();

    /// Whether it has taken what it was told.
    boolean isReady();

    void tell(O message);

    /// The last thing that it hears.
    void end(ErrorDetail why);
  }

  /// Goes on until the listener has gone or the node stops; belongs on a virtual thread.
  <O extends Message> void run(StreamCall<?, O> call, Listener<O> listener, String traceId) {
    metrics.streamOpened();
    try (var _ = MDC.putCloseable(TraceId.LOG_KEY, traceId)) {
      if (open.incrementAndGet() > STREAMS_MAX) {
        listener.end(
            ErrorMapping.detail(
                ErrorCode.RESOURCE_EXHAUSTED,
                "node: %d streams open (expected: fewer)".formatted(STREAMS_MAX)));
        return;
      }
      tellUntilTheEnd(call, listener)
          .map(why -> why.toBuilder().setTraceId(traceId).build())
          .ifPresent(listener::end);
    } finally {
      open.decrementAndGet();
      metrics.streamClosed();
    }
  }

  /// @return why it ended, if the listener is still there
  private <O extends Message> Optional<ErrorDetail> tellUntilTheEnd(
      StreamCall<?, O> call, Listener<O> listener) {
    @Nullable O told = null;
    long toldNanos = 0;
    try {
      while (listener.isOpen()) {
        if (stopping.getAsBoolean()) {
          return Optional.of(
              ErrorMapping.detail(
                  ErrorCode.UNAVAILABLE,
                  "node: stopping (expected: another node)",
                  ErrorMapping.STOPPING));
        }
        var now = call.now().get();
        boolean due = System.nanoTime() - toldNanos >= REPEAT.toNanos();
        if ((told == null || due || !now.equals(told)) && listener.isReady()) {
          listener.tell(now);
          told = now;
          toldNanos = System.nanoTime();
        }
        Thread.sleep(POLL);
      }
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.of(
          ErrorMapping.detail(ErrorCode.UNAVAILABLE, "node: stopped (expected: another node)"));
    } catch (RuntimeException | Error e) {
      return Optional.of(ErrorMapping.detailOf(e));
    }
  }
}
