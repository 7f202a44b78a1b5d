package io.quiverdb.core.view;

import io.quiverdb.core.segment.ReferenceCount;
import io.quiverdb.core.segment.Segment;
import java.util.List;

/// The segments that one published state after the other reads, until the set of them changes. They
/// stay open as long as it is the set of the newest state or a view of it is open.
///
/// One count stands for all of them, so that a view costs a single atomic operation however many
/// they are.
public final class OpenSegments {
  private final ReferenceCount pins;

  /// Pinned once, for whoever publishes it.
  ///
  /// @param segments open, and kept open meanwhile by the caller
  public OpenSegments(List<Segment> segments) {
    var kept = List.copyOf(segments);
    kept.forEach(Segment::retain);
    pins = new ReferenceCount(() -> kept.forEach(Segment::release));
  }

  /// @return false if nothing keeps them open any more: there is a newer set
  boolean tryPin() {
    return pins.tryRetain();
  }

  public void unpin() {
    pins.release();
  }
}
