package io.quiverdb.jepsen.run;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.jepsen.cluster.TestCluster;
import io.quiverdb.jepsen.history.HistoryRecorder;
import io.quiverdb.jepsen.workload.Load;
import io.quiverdb.jepsen.workload.Session;
import io.quiverdb.jepsen.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/// The clients of a run, a thread each, every one held to one node.
final class Clients implements AutoCloseable {
  /// So that one who is refused at once does not fill the history with refusals.
  private static final int REFUSED_PAUSE_MILLIS = 100;

  private static final int POLL_MILLIS = 50;

  private final HistoryRecorder recorder;
  private final TestCluster cluster;
  private final Phases phases;
  private final long seed;
  private final long begunNanos = System.nanoTime();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();
  private final LongAdder answered = new LongAdder();
  private volatile boolean stopped;

  Clients(HistoryRecorder recorder, TestCluster cluster, Phases phases, long seed) {
    this.recorder = recorder;
    this.cluster = cluster;
    this.phases = phases;
    this.seed = seed;
  }

  /// @param count of each workload
  /// @param upkeep goes on beside them
  void start(List<Workload> workloads, int count, Upkeep upkeep) {
    int clients = workloads.size() * count;
    for (int number = 0; number < clients; number++) {
      var workload = workloads.get(number / count);
      int ofWorkload = number % count;
      int process = number;
      var random = new SplittableRandom(seed + 31L * number);
      running.add(
          threads.submit(
              () ->
                  run(
                      workload.client(ofWorkload, random.split()),
                      ofWorkload % cluster.size(),
                      process,
                      clients,
                      random)));
    }
    running.add(threads.submit(() -> run(upkeep)));
  }

  private Void run(Upkeep upkeep) throws InterruptedException {
    while (!stopped) {
      upkeep.step();
    }
    return null;
  }

  private Void run(
      Workload.Client work, int node, int process, int processStep, SplittableRandom random)
      throws InterruptedException {
    try (QuiverClient client = cluster.clientOf(node)) {
      var session =
          new Session(
              recorder,
              client,
              TestCluster.name(node),
              cluster.address(node),
              process,
              processStep);
      while (!stopped) {
        var load = phases.at((System.nanoTime() - begunNanos) / 1_000_000);
        boolean isAnswered = work.step(session, load);
        answered.add(isAnswered ? 1 : 0);
        Thread.sleep(pause(load, isAnswered, random));
      }
    }
    return null;
  }

  private static long pause(Load load, boolean answered, SplittableRandom random) {
    int average =
        answered ? load.pauseMillis() : Math.max(REFUSED_PAUSE_MILLIS, load.pauseMillis());
    return random.nextInt(2 * average + 1);
  }

  /// How many operations have been answered until now.
  long answeredCount() {
    return answered.sum();
  }

  /// Returns when so many operations have been answered, or `limit` is over.
  void awaitAnswered(int count, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (answeredCount() < count && System.nanoTime() - end < 0) {
      Thread.sleep(POLL_MILLIS);
    }
  }

  /// Lets every client end what it does.
  ///
  /// @throws IllegalStateException if one failed by its own fault
  void stop() throws InterruptedException {
    stopped = true;
    for (var client : running) {
      try {
        client.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a client failed: " + e.getCause(), e.getCause());
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
    threads.shutdownNow();
    threads.close();
  }
}
