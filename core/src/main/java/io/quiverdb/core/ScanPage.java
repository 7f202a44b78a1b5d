package io.quiverdb.core;

import java.util.List;

/// Points in id order.
///
/// @param more whether points follow after the last one
public record ScanPage(List<StoredPoint> points, boolean more) {
  public ScanPage {
    points = List.copyOf(points);
  }
}
