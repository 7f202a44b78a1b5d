package io.quiverdb.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.linecorp.armeria.server.RequestTimeoutException;
import io.quiverdb.api.v1.ErrorCode;
import io.quiverdb.raft.ShardException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class ErrorMappingTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(ErrorMapping.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(logged);
  }

  @Test
  void callWhoseTimeIsOverIsNoFailureOfTheNode() {
    assertThat(ErrorMapping.detailOf(RequestTimeoutException.get()).getCode())
        .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(ErrorMapping.detailOf(new IllegalStateException("broken")).getCode())
        .isEqualTo(ErrorCode.INTERNAL);
  }

  @Test
  void replicaThatFailedHereIsAnErrorOfThisNode() {
    var failed = new ShardException.Failed("shard 2: failed", new IllegalStateException("disk"));

    assertThat(ErrorMapping.detailOf(failed).getCode()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(logged.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.ERROR);
  }

  @Test
  void replicaThatFailedElsewhereIsNoErrorOfThisNode() {
    var failed =
        ShardException.Failed.elsewhere("shard 2: failed", new IllegalStateException("status"));

    assertThat(ErrorMapping.detailOf(failed).getCode()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(logged.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN);
    assertThat(logged.list.getFirst().getThrowableProxy()).isNull();
  }
}
