package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Event;
import io.quiverdb.jepsen.history.History;
import java.util.EnumMap;
import java.util.Map;

/// How many operations ended how, in equal parts of the time.
final class Rates {
  private static final double[] BUCKET_SECONDS = {0.5, 1, 2, 5, 10, 30, 60, 300};
  private static final int BUCKETS_MAX = 500;

  private final double bucketSeconds;
  private final int bucketCount;

  /// In the order in which they are drawn, the first at the bottom.
  private final Map<Fate, long[]> counts = new EnumMap<>(Fate.class);

  Rates(History history, RunSpan span) {
    bucketSeconds = bucketSeconds(span);
    bucketCount = (int) (span.seconds() / bucketSeconds) + 1;
    for (var fate : Fate.values()) {
      counts.put(fate, new long[bucketCount]);
    }
    for (var call : history.calls()) {
      counts(Fate.of(call))[(int) (span.secondsAt(endNanos(call)) / bucketSeconds)]++;
    }
  }

  double bucketSeconds() {
    return bucketSeconds;
  }

  private static double bucketSeconds(RunSpan span) {
    for (double bucketSeconds : BUCKET_SECONDS) {
      if (span.seconds() / bucketSeconds <= BUCKETS_MAX) {
        return bucketSeconds;
      }
    }
    return span.seconds() / BUCKETS_MAX;
  }

  private static long endNanos(Call call) {
    return call.completion().<Event>map(end -> end).orElse(call.invoke()).timeNanos();
  }

  void write(Markup page, Plot plot, double top, double bottom) {
    long most = Math.max(1, most());
    plot.writeLevel(top, most + " ops");
    plot.writeLevel((top + bottom) / 2, Markup.tenths(most / 2.0));
    for (var fate : Fate.values()) {
      page.empty("path", "class", "bar " + fate.word(), "d", bars(plot, fate, most, top, bottom));
    }
  }

  private long most() {
    long most = 0;
    for (int bucket = 0; bucket < bucketCount; bucket++) {
      most = Math.max(most, upTo(Fate.UNKNOWN, bucket));
    }
    return most;
  }

  /// Of this fate and of those that are drawn below it.
  private long upTo(Fate fate, int bucket) {
    long sum = 0;
    for (var each : Fate.values()) {
      sum += each.compareTo(fate) <= 0 ? counts(each)[bucket] : 0;
    }
    return sum;
  }

  private long[] counts(Fate fate) {
    return counts.getOrDefault(fate, new long[0]);
  }

  private String bars(Plot plot, Fate fate, long most, double top, double bottom) {
    double unit = (bottom - top) / most;
    var path = new StringBuilder();
    for (int bucket = 0; bucket < bucketCount; bucket++) {
      long count = counts(fate)[bucket];
      if (count == 0) {
        continue;
      }
      double left = plot.xAt(bucket * bucketSeconds);
      double width = Math.max(plot.xAt((bucket + 1) * bucketSeconds) - left - 0.5, 0.5);
      path.append('M')
          .append(Markup.tenths(left))
          .append(' ')
          .append(Markup.tenths(bottom - unit * upTo(fate, bucket)))
          .append('h')
          .append(Markup.tenths(width))
          .append('v')
          .append(Markup.tenths(unit * count))
          .append('h')
          .append(Markup.tenths(-width))
          .append('z');
    }
    return path.toString();
  }
}
