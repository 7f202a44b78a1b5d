package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.history.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/// Latencies of the operations that were asked in one part of a run and answered; nearest rank.
///
/// @param part the how manieth of the parts of the time, from 0 on
record Quantiles(int part, long p50Nanos, long p99Nanos, long maxNanos) {
  private static final int PARTS_MAX = 600;

  /// In the order of the parts, without those in which nothing was answered. A part is a second, or
  /// more in a long run.
  static List<Quantiles> perSecond(List<Call> calls, RunSpan span) {
    double width = widthSeconds(span);
    var parts = new TreeMap<Integer, List<Long>>();
    for (var call : calls) {
      if (call.answer().isPresent()) {
        long begin = call.invoke().timeNanos();
        parts
            .computeIfAbsent((int) (span.secondsAt(begin) / width), _ -> new ArrayList<>())
            .add(call.completion().orElseThrow().timeNanos() - begin);
      }
    }
    return parts.entrySet().stream().map(part -> of(part.getKey(), part.getValue())).toList();
  }

  static double widthSeconds(RunSpan span) {
    return Math.max(1, Math.ceil(span.seconds() / PARTS_MAX));
  }

  double middleSeconds(RunSpan span) {
    return (part + 0.5) * widthSeconds(span);
  }

  private static Quantiles of(int part, List<Long> nanos) {
    Collections.sort(nanos);
    return new Quantiles(part, rank(nanos, 50), rank(nanos, 99), nanos.getLast());
  }

  private static long rank(List<Long> sorted, int percent) {
    return sorted.get(Math.ceilDiv(sorted.size() * percent, 100) - 1);
  }
}
