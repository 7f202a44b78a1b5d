package io.quiverdb.cli.demo;

import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.cli.transfer.PointDigest;
import io.quiverdb.client.Point;
import io.quiverdb.client.WriteResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Threads that write batch after batch, each waiting for the answer, until they are stopped. What
/// was not applied is written again; what may have been applied is kept apart.
final class Writers implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofMinutes(10);

  private final BatchWrites target;
  private final WriterPoints points;
  private final Acknowledgements acknowledgements;
  private final Optional<Journal> journal;
  private final LongSupplier nanoTime;
  private final Map<String, String> unknownDigests = new HashMap<>();
  private final ExecutorService executor;
  private volatile boolean stopping;

  Writers(
      BatchWrites target,
      WriterPoints points,
      Acknowledgements acknowledgements,
      Optional<Journal> journal,
      LongSupplier nanoTime) {
    this.target = target;
    this.points = points;
    this.acknowledgements = acknowledgements;
    this.journal = journal;
    this.nanoTime = nanoTime;
    this.executor =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("writer-", 0).factory());
  }

  void start(int writers) {
    for (int writer = 0; writer < writers; writer++) {
      int number = writer;
      executor.execute(() -> run(number));
    }
  }

  /// Lets every writer finish its batch, and waits for it.
  void stop() throws InterruptedException {
    stopping = true;
    executor.shutdown();
    if (!executor.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new LocalClusterException("the writers do not stop after " + STOP_LIMIT);
    }
  }

  /// Ids of points whose fate is unknown, with the digests they would have.
  Map<String, String> unknownDigests() {
    synchronized (unknownDigests) {
      return Map.copyOf(unknownDigests);
    }
  }

  @Override
  public void close() {
    stopping = true;
    executor.shutdownNow();
  }

  private void run(int writer) {
    try {
      for (int batch = 0; !stopping; batch++) {
        write(points.batch(writer, batch));
      }
    } catch (RuntimeException e) {
      acknowledgements.fail(e);
    }
  }

  private void write(List<Point> batch) {
    var digests = digests(batch);
    var left = batch;
    while (!left.isEmpty() && !Thread.currentThread().isInterrupted()) {
      var outcome = target.write(left);
      acknowledge(outcome.acknowledged(), digests);
      synchronized (unknownDigests) {
        outcome.unknownIds().forEach(id -> unknownDigests.put(id, digestOf(id, digests)));
      }
      left = withIds(left, new HashSet<>(outcome.failedIds()));
    }
  }

  private void acknowledge(List<WriteResult.Part> parts, Map<String, String> digests) {
    long now = nanoTime.getAsLong();
    for (var part : parts) {
      for (var point : part.points()) {
        var acknowledgement =
            new Acknowledgement(
                point.id(),
                digestOf(point.id(), digests),
                part.shard(),
                part.term(),
                part.index(),
                now);
        journal.ifPresent(file -> add(file, acknowledgement));
        acknowledgements.add(acknowledgement);
      }
    }
  }

  private static void add(Journal journal, Acknowledgement acknowledgement) {
    try {
      journal.add(acknowledgement);
    } catch (IOException e) {
      throw new UncheckedIOException("journal: cannot be written", e);
    }
  }

  private static String digestOf(String id, Map<String, String> digests) {
    var digest = digests.get(id);
    if (digest == null) {
      throw new IllegalStateException("id: " + id + " (expected: one that was written)");
    }
    return digest;
  }

  private static Map<String, String> digests(List<Point> batch) {
    var digests = new HashMap<String, String>();
    for (var point : batch) {
      digests.put(point.id(), PointDigest.of(point.vector(), point.payloadJson()));
    }
    return digests;
  }

  private static List<Point> withIds(List<Point> batch, Set<String> ids) {
    return batch.stream().filter(point -> ids.contains(point.id())).toList();
  }
}
