package io.quiverdb.core.view;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.StoredPoint;
import java.util.Optional;
import java.util.stream.Stream;

/// The points of a collection, page by page as they are asked for.
public final class PointStream {
  private static final int PAGE_POINTS = 1000;
  private static final long PAGE_BYTES = 1 << 20;

  private PointStream() {}

  /// The points behind `after`, in the order of their ids.
  public static Stream<StoredPoint> of(CollectionView collection, Optional<String> after) {
    var first = page(collection, after);
    return Stream.iterate(
            Optional.of(first),
            Optional::isPresent,
            page ->
                page.filter(ScanPage::more)
                    .map(last -> page(collection, Optional.of(last.points().getLast().id()))))
        .flatMap(page -> page.stream().flatMap(it -> it.points().stream()));
  }

  private static ScanPage page(CollectionView collection, Optional<String> after) {
    return collection.scan(after, PAGE_POINTS, PAGE_BYTES, Optional.empty());
  }
}
