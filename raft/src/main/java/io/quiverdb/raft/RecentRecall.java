package io.quiverdb.raft;

import io.quiverdb.core.Recall;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/// Sums up the last searches of a shard that were compared with exact ones. Used by any number of
/// threads.
final class RecentRecall {
  /// Enough to tell 0.95 from 0.98, few enough to follow what changes.
  static final int QUERIES_MAX = 100;

  private final Queue<Recall> samples = new ArrayDeque<>();
  private Recall recent = Recall.NOTHING;
  private long queries;

  /// @param sample of one query
  synchronized void add(Recall sample) {
    samples.add(sample);
    queries += sample.queries();
    if (samples.size() > QUERIES_MAX) {
      samples.remove();
    }
    recent = samples.stream().reduce(Recall.NOTHING, Recall::plus);
  }

  /// Empty before the first.
  synchronized Optional<Recall> recent() {
    return samples.isEmpty() ? Optional.empty() : Optional.of(recent);
  }

  /// How many there were since the node was started.
  synchronized long queries() {
    return queries;
  }
}
