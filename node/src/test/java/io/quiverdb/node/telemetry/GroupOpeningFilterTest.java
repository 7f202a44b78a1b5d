package io.quiverdb.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.server.RaftServer;
import org.junit.jupiter.api.Test;

/// With Ratis's own classes, as the filter knows them by their names only.
final class GroupOpeningFilterTest {
  private final GroupOpeningFilter filter = new GroupOpeningFilter();
  private final LoggerContext context = new LoggerContext();

  @Test
  void callForAGroupThatIsBeingOpenedIsKeptOut() {
    assertThat(decide(RaftServer.Division.class, new ServerNotReadyException("starting")))
        .isEqualTo(FilterReply.DENY);
  }

  @Test
  void everythingElseIsLogged() {
    assertThat(decide(RaftServer.Division.class, new IllegalStateException("broken")))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(GroupOpeningFilter.class, new ServerNotReadyException("starting")))
        .isEqualTo(FilterReply.NEUTRAL);
  }

  private FilterReply decide(Class<?> logger, Throwable thrown) {
    return filter.decide(
        new LoggingEvent(
            "",
            context.getLogger(logger.getName()),
            Level.ERROR,
            "Failed appendEntries",
            thrown,
            null));
  }
}
