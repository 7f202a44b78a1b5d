package io.quiverdb.node.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/// Does the same for several shards at once, each on a virtual thread.
final class Parallel {
  private Parallel() {}

  /// The results in the order of `inputs`; waits for all, and fails as the first failure among
  /// them.
  static <I, O> List<O> map(List<I> inputs, Function<I, O> function) {
    if (inputs.size() == 1) {
      return List.of(function.apply(inputs.getFirst()));
    }
    List<Future<O>> futures = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var input : inputs) {
        futures.add(threads.submit(() -> function.apply(input)));
      }
    }
    List<O> results = new ArrayList<>();
    for (var future : futures) {
      if (future.state() != Future.State.SUCCESS) {
        throw Deadline.failureOf(future);
      }
      results.add(future.resultNow());
    }
    return results;
  }
}
