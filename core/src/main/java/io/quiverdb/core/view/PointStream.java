package io.quiverdb.core.view;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.StoredPoint;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// The points of a collection, read page by page as they are asked for. Closes its view at the end.
public final class PointStream implements Iterator<StoredPoint> {
  private static final int PAGE_POINTS = 1000;
  private static final long PAGE_BYTES = 1 << 20;

  private final PinnedView view;
  private final CollectionView collection;
  private Optional<String> after;
  private Iterator<StoredPoint> page = List.<StoredPoint>of().iterator();
  private boolean more = true;

  private PointStream(PinnedView view, CollectionView collection, Optional<String> after) {
    this.view = view;
    this.collection = collection;
    this.after = after;
  }

  /// The points behind `after`, in the order of their ids.
  ///
  /// @param view closed with the stream, or when that has been read to its end
  /// @throws IllegalArgumentException if there is no collection of this name; the view is closed
  ///   then
  public static Stream<StoredPoint> of(PinnedView view, String name, Optional<String> after) {
    try {
      var points = new PointStream(view, view.collection(name), after);
      int order = Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL;
      return StreamSupport.stream(Spliterators.spliteratorUnknownSize(points, order), false)
          .onClose(view::close);
    } catch (Throwable e) {
      view.close();
      throw e;
    }
  }

  @Override
  public boolean hasNext() {
    if (!page.hasNext() && more) {
      turn();
    }
    return page.hasNext();
  }

  private void turn() {
    ScanPage next = collection.scan(after, PAGE_POINTS, PAGE_BYTES, Optional.empty());
    page = next.points().iterator();
    more = next.more();
    if (more) {
      after = Optional.of(next.points().getLast().id());
    } else {
      view.close();
    }
  }

  @Override
  public StoredPoint next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.next();
  }
}
