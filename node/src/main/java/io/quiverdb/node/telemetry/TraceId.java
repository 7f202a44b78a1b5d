package io.quiverdb.node.telemetry;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/// Names one call in logs and errors: 32 hexadecimal digits.
public final class TraceId {
  /// The key under which log lines carry it.
  public static final String LOG_KEY = "trace_id";

  // W3C Trace Context: version, trace id, parent id, flags.
  private static final Pattern TRACE_PARENT =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");
  private static final String NONE = "0".repeat(32);

  private TraceId() {}

  /// The caller's, if it sent one, else a new one.
  ///
  /// @param traceParent the header of this name
  public static String of(Optional<String> traceParent) {
    return traceParent
        .map(TRACE_PARENT::matcher)
        .filter(matcher -> matcher.matches() && !matcher.group(1).equals(NONE))
        .map(matcher -> matcher.group(1))
        .orElseGet(TraceId::random);
  }

  private static String random() {
    var random = ThreadLocalRandom.current();
    return "%016x%016x".formatted(random.nextLong(), random.nextLong());
  }
}
