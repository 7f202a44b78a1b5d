package io.quiverdb.bench.recovery;

import io.quiverdb.client.AsyncCollection;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Upserts of one point each, so many a second, through the Java client: none waits for the one
/// before, so that a shard that stands still is asked all the time.
final class SteadyWrites implements AutoCloseable {
  /// Of writes that wait for a shard to go on.
  private static final int UNANSWERED_MAX = 10_000;

  private static final int IDS = 100_000;

  private final AsyncCollection collection;
  private final Acknowledgements acknowledgements;
  private final ShardPoints points = new ShardPoints();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("steady-writes").factory());
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicLong failed = new AtomicLong();
  private long nextNumber;

  SteadyWrites(AsyncCollection collection, Acknowledgements acknowledgements) {
    this.collection = collection;
    this.acknowledgements = acknowledgements;
  }

  void start(int perSecond) {
    var _ =
        clock.scheduleAtFixedRate(
            this::write, 0, TimeUnit.SECONDS.toNanos(1) / perSecond, TimeUnit.NANOSECONDS);
  }

  private void write() {
    if (unanswered.get() >= UNANSWERED_MAX) {
      return;
    }
    unanswered.incrementAndGet();
    var _ =
        collection
            .upsert(points.point(nextNumber++ % IDS))
            .whenComplete(
                (result, failure) -> {
                  unanswered.decrementAndGet();
                  if (failure == null) {
                    acknowledgements.add(result, System.nanoTime());
                  } else {
                    failed.incrementAndGet();
                  }
                });
  }

  /// Writes that the client gave up, or whose outcome it does not know.
  long failed() {
    return failed.get();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
