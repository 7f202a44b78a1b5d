package io.quiverdb.node.api;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.quiverdb.node.routing.AnswerMemory;
import io.quiverdb.node.routing.AnswerMemory.Room;
import io.quiverdb.node.telemetry.NodeMetrics;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The room of each answer, which it keeps until it has left the node: one that its caller does not
/// read is as much in the way of others as one that is being made.
final class AnswerRooms {
  private static final Logger log = LoggerFactory.getLogger(AnswerRooms.class);

  private final AnswerMemory memory;
  private final Duration reading;
  private final NodeMetrics metrics;

  /// @param reading how long a caller may take to read an answer that holds room
  AnswerRooms(AnswerMemory memory, Duration reading, NodeMetrics metrics) {
    this.memory = memory;
    this.reading = reading;
    this.metrics = metrics;
  }

  Room open() {
    return memory.room();
  }

  /// To be called when the answer is made, or the call has failed: gives its room back when the
  /// call has ended, which is when all of the answer is written to its caller's connection. A
  /// caller that has not read that far in time is cut off.
  void closeWhenSent(ServiceRequestContext context, Room room) {
    if (!room.isHeld()) {
      return;
    }
    var cutOff =
        context
            .eventLoop()
            .schedule(() -> cutOff(context), reading.toNanos(), TimeUnit.NANOSECONDS);
    var _ =
        context
            .log()
            .whenComplete()
            .thenRun(
                () -> {
                  boolean _ = cutOff.cancel(false);
                  room.close();
                });
  }

  /// With its connection, from the first handler on: the framework takes a call for done, and waits
  /// for its bytes without a limit.
  private void cutOff(ServiceRequestContext context) {
    var connection = context.log().partial().channel();
    var handler = connection == null ? null : connection.pipeline().firstContext();
    if (handler != null) {
      log.warn(
          "caller cut off: answer not read within {} caller={} call={}",
          reading,
          context.remoteAddress(),
          context.path());
      metrics.callerCutOff();
      var _ = handler.close();
    }
  }
}
