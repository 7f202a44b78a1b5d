package io.quiverdb.core.search;

import io.quiverdb.core.Metric;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The `k` nearest of what it is offered; ties by ascending id.
final class TopK<T> {
  private final int k;
  private final Metric metric;
  private final Comparator<Candidate<T>> nearestFirst;
  // The farthest is on top.
  private final PriorityQueue<Candidate<T>> nearest;

  TopK(int k, Metric metric) {
    this.k = k;
    this.metric = metric;
    this.nearestFirst =
        (left, right) -> {
          int byScore = compareScores(left.score, right.score);
          return byScore != 0 ? byScore : Arrays.compareUnsigned(left.id, right.id);
        };
    this.nearest = new PriorityQueue<>(nearestFirst.reversed());
  }

  /// Whether a row of this score and id belongs to the nearest so far. Asks for the id only on a
  /// tie.
  boolean wants(float score, Supplier<byte[]> id) {
    Candidate<T> farthest = nearest.peek();
    if (farthest == null || nearest.size() < k) {
      return true;
    }
    int byScore = compareScores(score, farthest.score);
    return byScore != 0 ? byScore < 0 : Arrays.compareUnsigned(id.get(), farthest.id) < 0;
  }

  /// Whether no row of this score or a worse one is wanted, whatever its id.
  boolean isBeyond(float score) {
    return nearest.size() == k && compareScores(nearest.element().score, score) < 0;
  }

  /// Takes out what was added of some rows, to be offered again with the others of them.
  void remove(Predicate<T> rows) {
    boolean _ = nearest.removeIf(candidate -> rows.test(candidate.row));
  }

  /// Adds a row that is wanted.
  void add(float score, byte[] id, T row) {
    if (nearest.size() == k) {
      nearest.poll();
    }
    nearest.add(new Candidate<>(score, id, row));
  }

  List<Candidate<T>> nearestFirst() {
    return nearest.stream().sorted(nearestFirst).toList();
  }

  private int compareScores(float left, float right) {
    return metric == Metric.L2_SQUARED ? Float.compare(left, right) : Float.compare(right, left);
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by the order above only
  record Candidate<T>(float score, byte[] id, T row) {}
}
