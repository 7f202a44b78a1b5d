package io.quiverdb.bench.engine;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Platform threads that write at once.
final class Writers {
  private Writers() {}

  /// What one of them does.
  interface Work {
    void write(int writer) throws Exception;
  }

  /// @return seconds from when all were ready until the last was done
  static double run(int count, Work work) throws Exception {
    var start = new CyclicBarrier(count + 1);
    try (var threads = Executors.newFixedThreadPool(count)) {
      var running = new ArrayList<Future<Void>>();
      for (int writer = 0; writer < count; writer++) {
        int number = writer;
        Callable<Void> body =
            () -> {
              start.await();
              work.write(number);
              return null;
            };
        running.add(threads.submit(body));
      }
      start.await();
      long begun = System.nanoTime();
      for (var writer : running) {
        await(writer);
      }
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  private static void await(Future<Void> writer) throws Exception {
    try {
      writer.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
