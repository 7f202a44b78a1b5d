package io.quiverdb.jepsen.checker;

import io.quiverdb.jepsen.history.Answer;
import io.quiverdb.jepsen.history.Call;
import io.quiverdb.jepsen.history.Hit;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// How far the points of a collection are from a query, by id and value.
final class Distances {
  /// Stores compute in single precision: nearer than this, relatively, is the same.
  private static final double TOLERANCE = 1e-5;

  private record Point(String id, String value) {}

  /// The farthest hit of a search with as many hits as it asked for: what is nearer must be among
  /// them.
  record Worst(double distance, String id) {}

  private final Map<Point, List<List<Double>>> vectors = new HashMap<>();

  /// @param calls on one collection
  Distances(List<Call> calls) {
    for (var call : calls) {
      if (call.operation() instanceof Operation.Upsert(var vector, var value)) {
        vectors.computeIfAbsent(new Point(call.key(), value), _ -> new ArrayList<>()).add(vector);
      }
    }
  }

  /// Empty if the point was never upserted with the value, or with several vectors, or with one of
  /// another length.
  OptionalDouble of(String id, String value, Operation.Search search) {
    return vector(id, value)
        .filter(vector -> vector.size() == search.query().size())
        .map(vector -> OptionalDouble.of(between(vector, search.query())))
        .orElseGet(OptionalDouble::empty);
  }

  /// Empty if the point was never upserted with the value, or with several vectors.
  Optional<List<Double>> vector(String id, String value) {
    var known = vectors.getOrDefault(new Point(id, value), List.of());
    return known.isEmpty() || known.stream().distinct().count() > 1
        ? Optional.empty()
        : Optional.of(known.getFirst());
  }

  /// Squared Euclidean, of vectors of one length.
  static double between(List<Double> one, List<Double> other) {
    double sum = 0;
    for (int i = 0; i < one.size(); i++) {
      double difference = one.get(i) - other.get(i);
      sum += difference * difference;
    }
    return sum;
  }

  /// Empty if the search had fewer hits than it asked for, so that every point must be among them,
  /// or if its last hit is at an unknown distance.
  Optional<Worst> worst(Operation.Search search, Answer.Hits answer) {
    if (answer.hits().size() < search.k()) {
      return Optional.empty();
    }
    var last = answer.hits().getLast().entry();
    var distance = of(last.id(), last.value(), search);
    return Optional.of(new Worst(distance.orElse(answer.hits().getLast().score()), last.id()));
  }

  /// Whether an exact search with this worst hit must have found the point if it held the value.
  boolean mustBeFound(String id, String value, Operation.Search search, Optional<Worst> worst) {
    var distance = of(id, value, search);
    if (distance.isEmpty()) {
      return false;
    }
    if (worst.isEmpty()) {
      return true;
    }
    double own = distance.getAsDouble();
    double limit = worst.get().distance();
    boolean isTie = own == limit && (float) own == own;
    return isTie ? id.compareTo(worst.get().id()) < 0 : own < limit - tolerance(limit);
  }

  static boolean isScore(double distance, Hit hit) {
    return Math.abs(distance - hit.score()) <= tolerance(distance);
  }

  private static double tolerance(double distance) {
    return TOLERANCE * Math.max(1, distance);
  }
}
