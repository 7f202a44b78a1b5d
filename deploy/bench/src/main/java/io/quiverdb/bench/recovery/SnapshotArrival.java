package io.quiverdb.bench.recovery;

import java.util.Optional;
import java.util.concurrent.Callable;

/// Watches how many bytes of snapshots a node has fetched.
final class SnapshotArrival implements AutoCloseable {
  /// A page of metrics takes milliseconds of a processor, which are the nodes' own.
  private static final long PAUSE_MILLIS = 100;

  private final Callable<Double> fetchedBytes;
  private final Thread thread;
  private volatile boolean closed;
  private Optional<Exception> failure = Optional.empty();
  private double bytes;
  private long seenNanos;
  private long lackedNanos;

  /// @param fetchedBytes asks the node
  SnapshotArrival(Callable<Double> fetchedBytes) {
    this.fetchedBytes = fetchedBytes;
    this.thread = Thread.ofPlatform().daemon().name("snapshot-arrival").unstarted(this::watch);
  }

  static SnapshotArrival watch(Callable<Double> fetchedBytes) {
    var arrival = new SnapshotArrival(fetchedBytes);
    arrival.thread.start();
    return arrival;
  }

  private void watch() {
    try {
      while (!closed) {
        long asked = System.nanoTime();
        see(fetchedBytes.call(), asked);
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (Exception e) {
      fail(e);
    }
  }

  /// @param askedNanos when that was asked for
  synchronized void see(double fetched, long askedNanos) {
    if (fetched > bytes) {
      bytes = fetched;
      lackedNanos = seenNanos;
    }
    seenNanos = askedNanos;
  }

  private synchronized void fail(Exception cause) {
    failure = Optional.of(cause);
  }

  /// What has come.
  ///
  /// @param lackedNanos when it was last seen that something lacked: up to a pause before the last
  ///   byte came
  record Arrived(double bytes, long lackedNanos) {}

  synchronized Arrived arrived() {
    if (failure.isPresent()) {
      throw new IllegalStateException("how much has come is not known", failure.get());
    }
    if (bytes == 0) {
      throw new IllegalStateException("bytes of a snapshot: none came (expected: some)");
    }
    return new Arrived(bytes, lackedNanos);
  }

  @Override
  public void close() {
    closed = true;
  }
}
