package io.quiverdb.core.parallel;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// Parts of one piece of work, done at once by a thread each: their own, for whoever else uses a
/// pool would wait.
public final class Parts {
  private Parts() {}

  /// What is done with some of what is numbered.
  @FunctionalInterface
  public interface RangeTask {
    /// @param to the first that is not of the part
    void run(int from, int to) throws IOException;
  }

  /// Cuts the numbers from 0 to below `count` into parts of about the same length. Returns, and
  /// throws, when all are done.
  public static void ofRange(int count, int parts, RangeTask task) throws IOException {
    if (parts == 1) {
      task.run(0, count);
      return;
    }
    List<Callable<Boolean>> tasks =
        IntStream.range(0, parts)
            .mapToObj(
                part ->
                    (Callable<Boolean>)
                        () -> {
                          task.run(bound(count, part, parts), bound(count, part + 1, parts));
                          return true;
                        })
            .toList();
    var _ = ofTasks(tasks);
  }

  /// Where a part of so many begins.
  public static int bound(int count, int part, int parts) {
    return (int) ((long) count * part / parts);
  }

  /// Returns, and throws, when all are done: what they read may be closed then.
  ///
  /// @return what they returned, in their order
  /// @throws InterruptedIOException if the caller is interrupted
  public static <T> List<T> ofTasks(List<? extends Callable<T>> tasks) throws IOException {
    var named = Thread.ofPlatform().name("parts-", 0).factory();
    try (var threads = Executors.newFixedThreadPool(tasks.size(), named)) {
      var results = new ArrayList<T>();
      for (Future<T> task : threads.invokeAll(tasks)) {
        results.add(task.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new AssertionError("no part throws that", e);
      }
    }
  }
}
