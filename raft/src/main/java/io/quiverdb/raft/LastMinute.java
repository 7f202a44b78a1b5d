package io.quiverdb.raft;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.SlidingTimeWindowArrayReservoir;
import com.codahale.metrics.Timer;
import java.util.concurrent.TimeUnit;

/// Metrics of distributions that keep every value of the last minute. Dropwizard's default
/// reservoir samples, which gets the tail wrong.
public final class LastMinute {
  private LastMinute() {}

  /// The timer of this name, made if there is none.
  public static Timer timer(MetricRegistry metrics, String name) {
    return metrics.timer(name, () -> new Timer(reservoir()));
  }

  /// The histogram of this name, made if there is none.
  public static Histogram histogram(MetricRegistry metrics, String name) {
    return metrics.histogram(name, () -> new Histogram(reservoir()));
  }

  private static SlidingTimeWindowArrayReservoir reservoir() {
    return new SlidingTimeWindowArrayReservoir(1, TimeUnit.MINUTES);
  }
}
