package io.quiverdb.node.api;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.quiverdb.node.routing.AnswerMemory;
import io.quiverdb.node.routing.AnswerMemory.Room;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The room of each answer, which it keeps until it has left the node: one that its caller does not
/// read is as much in the way of others as one that is being made.
final class AnswerRooms {
  private final AnswerMemory memory;
  private final Duration reading;

  /// @param reading how long a caller may take to read an answer that holds room
  AnswerRooms(AnswerMemory memory, Duration reading) {
    this.memory = memory;
    this.reading = reading;
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
  private static void cutOff(ServiceRequestContext context) {
    var connection = context.log().partial().channel();
    if (connection != null) {
      var _ = connection.pipeline().firstContext().close();
    }
  }
}
