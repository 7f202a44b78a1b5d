package io.quiverdb.bench.search;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.Collectors;

/// What was found, and how long it took.
///
/// @param asked how many queries, those counted that were asked again
/// @param cpuNanos of the thread that asked, for all of them
/// @param p50Nanos from the question to the answer
/// @param found rows of each query
@SuppressWarnings("ArrayRecordComponent") // never compared
record Answers(long asked, long cpuNanos, long p50Nanos, long p99Nanos, int[][] found) {
  /// Asks one query after the other, on this thread.
  static Answers of(Searched searched, float[][] queries, Asked asked) throws IOException {
    var threads = ManagementFactory.getThreadMXBean();
    var found = new int[asked.queries()][];
    var nanos = new long[asked.queries()];
    int count = 0;
    long cpuBegun = threads.getCurrentThreadCpuTime();
    long cpuNanos;
    do {
      nanos = Arrays.copyOf(nanos, count + found.length);
      for (int query = 0; query < found.length; query++) {
        long begun = System.nanoTime();
        found[query] = searched.nearest(queries[query], asked);
        nanos[count++] = System.nanoTime() - begun;
      }
      cpuNanos = threads.getCurrentThreadCpuTime() - cpuBegun;
    } while (cpuNanos < asked.atLeast().toNanos());
    Arrays.sort(nanos);
    return new Answers(count, cpuNanos, quantile(nanos, 0.5), quantile(nanos, 0.99), found);
  }

  private static long quantile(long[] sorted, double share) {
    return sorted[(int) (share * (sorted.length - 1))];
  }

  /// By second of processor time.
  double perSecond() {
    return asked * 1e9 / cpuNanos;
  }

  @Override
  public String toString() {
    return "%d %d %d %d %s"
        .formatted(
            asked,
            cpuNanos,
            p50Nanos,
            p99Nanos,
            Arrays.stream(found)
                .map(rows -> Arrays.stream(rows).mapToObj(Integer::toString))
                .map(rows -> rows.collect(Collectors.joining(",")))
                .collect(Collectors.joining(";")));
  }

  /// Reads what [#toString] says.
  static Answers parse(String text) {
    var fields = text.split(" ", -1);
    var found =
        Arrays.stream(fields[4].split(";", -1))
            .map(
                rows ->
                    rows.isEmpty()
                        ? new int[0]
                        : Arrays.stream(rows.split(",", -1)).mapToInt(Integer::parseInt).toArray())
            .toArray(int[][]::new);
    return new Answers(
        Long.parseLong(fields[0]),
        Long.parseLong(fields[1]),
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        found);
  }
}
