package io.quiverdb.bench.writes;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/// A closed loop: so many calls are under way at any time, and each that ends begins the next.
final class Load {
  private final LongFunction<CompletableFuture<?>> call;
  private final AtomicLong nextNumber = new AtomicLong();

  /// @param call begins the call of a number; no two calls have the same
  Load(LongFunction<CompletableFuture<?>> call) {
    this.call = call;
  }

  /// What a run of it came to.
  record Report(double callsPerSecond, double p50Micros, double p99Micros) {
    @Override
    public String toString() {
      return callsPerSecond + " " + p50Micros + " " + p99Micros;
    }

    static Report parse(String text) {
      var fields = text.split(" ", -1);
      return new Report(
          Double.parseDouble(fields[0]),
          Double.parseDouble(fields[1]),
          Double.parseDouble(fields[2]));
    }
  }

  /// Goes on for a while.
  ///
  /// @throws java.util.concurrent.CompletionException if a call fails
  Report run(int inFlight, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    return run(inFlight, () -> System.nanoTime() - end < 0);
  }

  /// Makes so many calls.
  Report run(int inFlight, long calls) {
    var left = new AtomicLong(calls);
    return run(inFlight, () -> left.getAndDecrement() > 0);
  }

  private interface Condition {
    boolean holds();
  }

  private Report run(int inFlight, Condition goesOn) {
    long begun = System.nanoTime();
    var loops = new Loop[inFlight];
    for (int index = 0; index < inFlight; index++) {
      loops[index] = new Loop(goesOn);
      loops[index].next();
    }
    for (var loop : loops) {
      loop.ended.join();
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    long[] sorted = Arrays.stream(loops).flatMapToLong(Loop::latencies).sorted().toArray();
    return new Report(sorted.length / seconds, micros(sorted, 0.5), micros(sorted, 0.99));
  }

  private static double micros(long[] sorted, double share) {
    return sorted.length == 0 ? Double.NaN : sorted[(int) ((sorted.length - 1) * share)] / 1e3;
  }

  /// One call after the other. What ends a call begins the next, so nothing needs a lock.
  private final class Loop {
    private final Condition goesOn;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private long[] nanos = new long[1024];
    private int count;

    Loop(Condition goesOn) {
      this.goesOn = goesOn;
    }

    void next() {
      if (!goesOn.holds()) {
        ended.complete(null);
        return;
      }
      long begun = System.nanoTime();
      var _ =
          call.apply(nextNumber.getAndIncrement())
              .whenComplete(
                  (_, failure) -> {
                    if (failure != null) {
                      ended.completeExceptionally(failure);
                      return;
                    }
                    add(System.nanoTime() - begun);
                    next();
                  });
    }

    private void add(long latency) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = latency;
    }

    LongStream latencies() {
      return Arrays.stream(nanos, 0, count);
    }
  }
}
