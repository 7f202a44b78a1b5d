package io.quiverdb.node.telemetry;

import com.codahale.metrics.Metric;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// Counts durations in fixed buckets, which add up over nodes as quantiles do not.
public final class LatencyHistogram implements Metric {
  /// Upper bounds in seconds, each included; one more bucket holds all above.
  static final double[] BOUNDS_SECONDS = {
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    Double.POSITIVE_INFINITY
  };

  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final LongAdder[] counts = new LongAdder[BOUNDS_SECONDS.length];
  private final LongAdder sumNanos = new LongAdder();

  public LatencyHistogram() {
    for (int bucket = 0; bucket < counts.length; bucket++) {
      counts[bucket] = new LongAdder();
    }
  }

  public void record(long nanos) {
    double seconds = nanos / NANOS_PER_SECOND;
    int bucket = 0;
    while (seconds > BOUNDS_SECONDS[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sumNanos.add(nanos);
  }

  /// In each bucket alone, in the order of their bounds.
  long[] counts() {
    var now = new long[counts.length];
    for (int bucket = 0; bucket < now.length; bucket++) {
      now[bucket] = counts[bucket].sum();
    }
    return now;
  }

  double sumSeconds() {
    return sumNanos.sum() / NANOS_PER_SECOND;
  }
}
