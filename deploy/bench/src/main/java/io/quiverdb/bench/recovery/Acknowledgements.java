package io.quiverdb.bench.recovery;

import io.quiverdb.client.WriteResult;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// When each shard first acknowledged a write of each term.
final class Acknowledgements {
  private final Map<ShardTerm, Long> firstNanos = new ConcurrentHashMap<>();
  private final AtomicLong count = new AtomicLong();

  private record ShardTerm(int shard, long term) {}

  /// @param nanos when the answer came
  void add(WriteResult result, long nanos) {
    for (var part : result.parts()) {
      add(part.shard(), part.term(), nanos);
    }
  }

  void add(int shard, long term, long nanos) {
    var _ = firstNanos.putIfAbsent(new ShardTerm(shard, term), nanos);
    count.incrementAndGet();
  }

  long count() {
    return count.get();
  }

  /// How long after `nanos` a shard acknowledged a write of a later term than `term`: one of that
  /// term only was on its way. Empty if it has not yet.
  OptionalDouble secondsUntilAfter(int shard, long term, long nanos) {
    return firstNanos.entrySet().stream()
        .filter(first -> first.getKey().shard == shard && first.getKey().term > term)
        .mapToDouble(first -> (first.getValue() - nanos) / 1e9)
        .min();
  }
}
