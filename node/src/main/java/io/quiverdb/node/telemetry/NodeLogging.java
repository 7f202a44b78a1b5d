package io.quiverdb.node.telemetry;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// How the process logs. For a process of its own: an embedding program keeps its logging.
public final class NodeLogging {
  private static final String CONSOLE = "console";

  private NodeLogging() {}

  public enum Format {
    TEXT,
    JSON
  }

  /// Takes what libraries log through `java.util.logging`, and writes `format` from now on.
  public static void configure(Format format) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    if (format == Format.JSON
        && LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root
        && root.getAppender(CONSOLE) instanceof OutputStreamAppender<ILoggingEvent> console) {
      var encoder = new JsonEncoder();
      encoder.setContext(root.getLoggerContext());
      encoder.setWithFormattedMessage(true);
      encoder.setWithMessage(false);
      encoder.setWithArguments(false);
      encoder.setWithSequenceNumber(false);
      encoder.setWithNanoseconds(false);
      encoder.setWithContext(false);
      encoder.start();
      console.stop();
      console.setEncoder(encoder);
      console.start();
    }
  }
}
