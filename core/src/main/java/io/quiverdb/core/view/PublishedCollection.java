package io.quiverdb.core.view;

import io.quiverdb.core.CollectionView;
import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Payload;
import io.quiverdb.core.PointIds;
import io.quiverdb.core.Query;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.Settings;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.core.Vector;
import io.quiverdb.core.rows.MergedRows;
import io.quiverdb.core.rows.RowCursor;
import io.quiverdb.core.rows.TouchedIds;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.core.search.RowFilter;
import io.quiverdb.core.search.VectorSearch;
import io.quiverdb.core.segment.FoundRow;
import io.quiverdb.core.state.CollectionSnapshot;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// A collection within a [PinnedView].
record PublishedCollection(CollectionSnapshot snapshot) implements CollectionView {
  @Override
  public long id() {
    return snapshot.head().id();
  }

  @Override
  public String name() {
    return snapshot.head().name();
  }

  @Override
  public Descriptor descriptor() {
    return snapshot.head().descriptor();
  }

  @Override
  public Settings settings() {
    return snapshot.head().settings();
  }

  @Override
  public long size() {
    return snapshot.size();
  }

  @Override
  public Optional<StoredPoint> get(String id) {
    byte[] idUtf8 = PointIds.utf8(id);
    var sources = snapshot.sources();
    // Newest first: what was written lately is asked for the likeliest.
    for (int index = sources.size() - 1; index >= 0; index--) {
      var found = sources.get(index).read(idUtf8, snapshot.version());
      if (found.isPresent()) {
        return Optional.of(point(id, found.get()));
      }
    }
    return Optional.empty();
  }

  private StoredPoint point(String id, FoundRow row) {
    return new StoredPoint(
        id, vector(row.vectors(), row.vectorOffset()), Payload.of(row.payload()), row.version());
  }

  private Vector vector(MemorySegment vectors, long offset) {
    return Vector.ofStored(vectors, offset, descriptor().dimension());
  }

  @Override
  public ScanPage scan(
      Optional<String> after,
      int limit,
      long bytesMax,
      Optional<Filter> filter,
      QueryStatistics statistics) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: at least 1)");
    }
    noteFields(filter, statistics);
    var rows = matching(new RowFilter(filter, statistics), after.map(PointIds::utf8));
    var points = new ArrayList<StoredPoint>();
    long bytes = 0;
    for (var row = rows.next(); row.isPresent(); row = rows.next()) {
      if (points.size() == limit || (bytes >= bytesMax && !points.isEmpty())) {
        return new ScanPage(points, true);
      }
      points.add(point(row.get()));
      bytes += bytes(row.get());
    }
    return new ScanPage(points, false);
  }

  private MergedRows matching(RowFilter filter, Optional<byte[]> after) {
    return new MergedRows(
        snapshot.sources().stream()
            .map(source -> filter.inIdOrder(source, after, snapshot.version()))
            .toList());
  }

  @Override
  public List<String> matchingIds(Filter filter) {
    var undeclared = QueryStatistics.undeclaredFields(filter, settings());
    if (!undeclared.isEmpty()) {
      throw new IllegalArgumentException(
          "field: \"" + undeclared.getFirst() + "\" (expected: one that is filterable)");
    }
    var rows =
        matching(new RowFilter(Optional.of(filter), new QueryStatistics()), Optional.empty());
    var ids = new ArrayList<String>();
    for (var row = rows.next(); row.isPresent(); row = rows.next()) {
      ids.add(new String(row.get().id(), StandardCharsets.UTF_8));
    }
    return ids;
  }

  @Override
  public long count(Optional<Filter> filter, QueryStatistics statistics) {
    if (filter.isEmpty()) {
      return size();
    }
    noteFields(filter, statistics);
    var rowFilter = new RowFilter(filter, statistics);
    return snapshot.sources().stream()
        .mapToLong(source -> rowFilter.count(source, snapshot.version()))
        .sum();
  }

  @Override
  public List<Hit> search(Query query, QueryStatistics statistics, BooleanSupplier isUnwanted) {
    int dimension = descriptor().dimension();
    if (query.vector().dimension() != dimension) {
      throw new IllegalArgumentException(
          "vector: " + query.vector().dimension() + " values (expected: " + dimension + ")");
    }
    noteFields(query.filter(), statistics);
    return new VectorSearch(query.in(settings()), descriptor().metric(), statistics, isUnwanted)
        .run(snapshot.sources(), snapshot.version());
  }

  private void noteFields(Optional<Filter> filter, QueryStatistics statistics) {
    filter.ifPresent(condition -> statistics.noteFields(condition, settings()));
  }

  /// The ids that were written or deleted after operation `after`.
  List<String> touchedAfter(long after) {
    return TouchedIds.of(snapshot.sources(), after, snapshot.version()).stream()
        .map(id -> new String(id, StandardCharsets.UTF_8))
        .toList();
  }

  private StoredPoint point(RowCursor row) {
    return new StoredPoint(
        new String(row.id(), StandardCharsets.UTF_8),
        vector(row.vectors(), row.vectorOffset()),
        Payload.of(row.payload()),
        row.version());
  }

  private long bytes(RowCursor row) {
    return row.id().length + vectorBytes() + row.payload().byteSize();
  }

  private long vectorBytes() {
    return (long) descriptor().dimension() * Float.BYTES;
  }
}
