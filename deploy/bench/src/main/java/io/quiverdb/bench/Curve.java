package io.quiverdb.bench;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/// What a way of searching costs at each accuracy, and what it took to be ready.
///
/// @param buildSeconds that it took from rows in memory to the first search
/// @param residentBytes of the process that serves it, where it is known
/// @param points by ascending recall
public record Curve(
    String name, double buildSeconds, OptionalLong residentBytes, List<Point> points) {
  public Curve {
    points = points.stream().sorted(Comparator.comparingDouble(Point::recall)).toList();
  }

  /// @param ef candidates that are kept on the way
  /// @param recall of the ten nearest, 0 to 1
  /// @param perSecond queries by second of processor time
  /// @param p50Micros of one search after the other
  public record Point(
      int ef, double recall, double perSecond, double p50Micros, double p99Micros) {}
}
