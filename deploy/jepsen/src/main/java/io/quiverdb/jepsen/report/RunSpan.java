package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.History;

/// The time from the first event of a history to its last.
record RunSpan(long beginNanos, long endNanos) {
  private static final double NANOS_PER_SECOND = 1e9;

  static RunSpan of(History history) {
    var events = history.events();
    return events.isEmpty()
        ? new RunSpan(0, 0)
        : new RunSpan(events.getFirst().timeNanos(), events.getLast().timeNanos());
  }

  /// Since the first event.
  double secondsAt(long nanos) {
    return seconds(nanos - beginNanos);
  }

  static double seconds(long nanos) {
    return nanos / NANOS_PER_SECOND;
  }

  double seconds() {
    return secondsAt(endNanos);
  }
}
