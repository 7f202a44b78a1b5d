package io.quiverdb.client;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The threads of one client: daemons, named, gone after it is closed.
final class ClientThreads {
  static final String PREFIX = "quiver-client-";

  private static final long IDLE_SECONDS = 10;

  private ClientThreads() {}

  static ThreadFactory named(String role) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, PREFIX + role + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /// As many as are needed, since what callers hang on a future may block. After it is shut down,
  /// tasks run where they are handed in: no future is left without an outcome.
  static ThreadPoolExecutor callbacks() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        named("callback"),
        (task, pool) -> task.run());
  }
}
