package io.quiverdb.jepsen.report;

import java.time.Duration;
import java.util.Locale;

/// Numbers as people read them, the same on every machine.
final class Figure {
  private Figure() {}

  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  static String millis(long millis) {
    return count(millis) + " ms";
  }

  static String millis(Duration duration) {
    return millis(duration.toMillis());
  }

  static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%,.3f s", seconds);
  }
}
