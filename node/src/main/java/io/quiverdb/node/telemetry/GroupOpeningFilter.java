package io.quiverdb.node.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/// Keeps out what Ratis logs as an error each time a peer calls for a group that this node is just
/// opening, as at every forming and every start: the peer calls again.
public final class GroupOpeningFilter extends Filter<ILoggingEvent> {
  private static final String LOGGER = "org.apache.ratis.server.RaftServer$Division";
  private static final String NOT_READY =
      "org.apache.ratis.protocol.exceptions.ServerNotReadyException";

  @Override
  public FilterReply decide(ILoggingEvent event) {
    var thrown = event.getThrowableProxy();
    boolean harmless =
        event.getLoggerName().equals(LOGGER)
            && thrown != null
            && thrown.getClassName().equals(NOT_READY);
    return harmless ? FilterReply.DENY : FilterReply.NEUTRAL;
  }
}
