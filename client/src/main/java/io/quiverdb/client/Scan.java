package io.quiverdb.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// All points of a collection in id order, fetched a page at a time when they are needed. No
/// snapshot: later pages see later writes, and none sees less than the first. Every iteration
/// begins anew.
public final class Scan implements Iterable<StoredPoint> {
  private final AsyncScan async;

  Scan(AsyncScan async) {
    this.async = async;
  }

  /// How many points one request fetches, 1 to 10,000; 100 if not said.
  public Scan pageSize(int points) {
    async.pageSize(points);
    return this;
  }

  /// Only points that match.
  public Scan filter(Filter filter) {
    async.filter(filter);
    return this;
  }

  /// How much the first page must see, as the collection's handle if not said. Later pages see no
  /// less than the first one, at any level but [Consistency#ANY].
  public Scan consistency(Consistency consistency) {
    async.consistency(consistency);
    return this;
  }

  /// The first page.
  public ScanPage page() {
    return Calls.await(async.page());
  }

  /// The page at a cursor of an earlier one.
  public ScanPage page(String cursor) {
    return Calls.await(async.page(cursor));
  }

  public Stream<StoredPoint> stream() {
    return StreamSupport.stream(spliterator(), false);
  }

  @Override
  public Iterator<StoredPoint> iterator() {
    return new PageIterator();
  }

  private final class PageIterator implements Iterator<StoredPoint> {
    private Iterator<StoredPoint> points = java.util.Collections.emptyIterator();
    private Optional<String> cursor = Optional.of("");

    /// A page may be empty and not the last.
    @Override
    public boolean hasNext() {
      while (!points.hasNext() && cursor.isPresent()) {
        ScanPage page = page(cursor.get());
        points = page.points().iterator();
        cursor = page.nextCursor();
      }
      return points.hasNext();
    }

    @Override
    public StoredPoint next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return points.next();
    }
  }
}
