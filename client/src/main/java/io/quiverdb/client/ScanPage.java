package io.quiverdb.client;

import java.util.List;
import java.util.Optional;

/// Some points in id order.
///
/// @param nextCursor where to go on; empty after the last page
public record ScanPage(List<StoredPoint> points, Optional<String> nextCursor) {
  public ScanPage {
    points = List.copyOf(points);
  }
}
