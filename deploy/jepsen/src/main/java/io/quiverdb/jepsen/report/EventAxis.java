package io.quiverdb.jepsen.report;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Events from left to right in their order. The longer the time between two, the more it is
/// shortened (logarithm); it is stretched where the words between need it. So what overlapped in
/// time overlaps in the drawing, and what came later stands further right.
final class EventAxis {
  private static final double STEP_MIN = 10;
  private static final double STEP_PER_POWER = 12;
  private static final double NANOS_PER_MILLI = 1e6;

  private final NavigableMap<Integer, Stop> stopsByPlace;
  private final double left;
  private final double right;

  private EventAxis(NavigableMap<Integer, Stop> stopsByPlace, double left, double right) {
    this.stopsByPlace = stopsByPlace;
    this.left = left;
    this.right = right;
  }

  /// What must be wide enough.
  ///
  /// @param endPlace of no event for one that goes to the right end
  record Range(int beginPlace, int endPlace, double widthMin) {}

  /// Where an event stands.
  record Stop(long nanos, double x) {}

  /// @param nanosByPlace times of at least one event by their places in the history; times do not
  ///   go back
  /// @param left of all events
  static EventAxis of(Map<Integer, Long> nanosByPlace, List<Range> ranges, double left) {
    var axis = new EventAxis(new TreeMap<>(), left, 0);
    double x = left;
    for (var event : new TreeMap<>(nanosByPlace).entrySet()) {
      int place = event.getKey();
      long nanos = event.getValue();
      x += axis.step(nanos);
      for (var range : ranges) {
        if (range.endPlace == place) {
          x = Math.max(x, axis.x(range.beginPlace) + range.widthMin);
        }
      }
      axis.stopsByPlace.put(place, new Stop(nanos, x));
    }
    double right = x + 2 * STEP_MIN;
    for (var range : ranges) {
      right = Math.max(right, axis.x(range.beginPlace) + range.widthMin);
    }
    return new EventAxis(axis.stopsByPlace, left, right);
  }

  private double step(long nanos) {
    double millis = stopsByPlace.isEmpty() ? 0 : Math.max(nanos - endNanos(), 0) / NANOS_PER_MILLI;
    return STEP_MIN + STEP_PER_POWER * Math.log10(1 + millis);
  }

  double right() {
    return right;
  }

  List<Stop> stops() {
    return List.copyOf(stopsByPlace.values());
  }

  /// The right end if there is no event at the place.
  double x(int place) {
    return stopsByPlace.getOrDefault(place, new Stop(0, right)).x;
  }

  long beginNanos() {
    return stopsByPlace.firstEntry().getValue().nanos;
  }

  long endNanos() {
    return stopsByPlace.lastEntry().getValue().nanos;
  }

  /// Of a moment between two events, by the share of the time between them that has gone by; of one
  /// outside, the end.
  double at(long nanos) {
    if (nanos < beginNanos()) {
      return left;
    }
    if (nanos > endNanos()) {
      return right;
    }
    var from = stopsByPlace.firstEntry().getValue();
    for (var to : stopsByPlace.values()) {
      if (to.nanos >= nanos) {
        double share =
            to.nanos == from.nanos ? 1 : (double) (nanos - from.nanos) / (to.nanos - from.nanos);
        return from.x + share * (to.x - from.x);
      }
      from = to;
    }
    return right;
  }
}
