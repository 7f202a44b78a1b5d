package io.quiverdb.node.routing;

import io.quiverdb.core.PointIds;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.StoredPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Merges pages of several shards into one page in id order.
final class ScanMerge {
  /// About what a page may weigh, below the 4 MiB that gRPC clients take by default.
  static final int PAGE_BYTES_MAX = 3 << 20;

  private ScanMerge() {}

  /// At most `limit` points, less if they are large, but at least one if there is one. Stops where
  /// a page ends that has more behind it: what follows there may sort before all that is left.
  static ScanPage merge(List<ScanPage> pages, int limit) {
    var heads =
        new PriorityQueue<Head>(
            Comparator.comparing((Head head) -> head.point().id(), PointIds.ORDER));
    for (var page : pages) {
      if (!page.points().isEmpty()) {
        heads.add(new Head(page, 0));
      }
    }
    List<StoredPoint> merged = new ArrayList<>();
    long bytes = 0;
    while (!heads.isEmpty()) {
      var head = heads.remove();
      long pointBytes = bytesOf(head.point());
      if (merged.size() == limit || (!merged.isEmpty() && bytes + pointBytes > PAGE_BYTES_MAX)) {
        return new ScanPage(merged, true);
      }
      merged.add(head.point());
      bytes += pointBytes;
      if (head.index + 1 < head.page.points().size()) {
        heads.add(new Head(head.page, head.index + 1));
      } else if (head.page.more()) {
        return new ScanPage(merged, true);
      }
    }
    return new ScanPage(merged, false);
  }

  private static long bytesOf(StoredPoint point) {
    return 3L * point.id().length()
        + (long) point.vector().dimension() * Float.BYTES
        + point.payload().length()
        + PartCutter.ELEMENT_BYTES;
  }

  private record Head(ScanPage page, int index) {
    StoredPoint point() {
      return page.points().get(index);
    }
  }
}
