package io.quiverdb.core;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// What a class logs from the thread of a test, until it is closed.
final class LoggedLines implements AutoCloseable {
  private final Logger logger;
  private final @Nullable Level levelBefore;
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final String thread = Thread.currentThread().getName();

  private LoggedLines(Logger logger) {
    this.logger = logger;
    this.levelBefore = logger.getLevel();
  }

  static LoggedLines of(Class<?> logs) {
    var lines = new LoggedLines((Logger) LoggerFactory.getLogger(logs));
    lines.logger.setLevel(Level.INFO);
    lines.appender.list = new CopyOnWriteArrayList<>(); // Other tests log, too.
    lines.appender.start();
    lines.logger.addAppender(lines.appender);
    return lines;
  }

  /// The last line that begins so.
  String last(String beginning) {
    return appender.list.stream()
        .filter(event -> event.getThreadName().equals(thread))
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.startsWith(beginning))
        .reduce((_, later) -> later)
        .orElseThrow(() -> new AssertionError("no line that begins with: " + beginning));
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setLevel(levelBefore);
    appender.stop();
  }
}
