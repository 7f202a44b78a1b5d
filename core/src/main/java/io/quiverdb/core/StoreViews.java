package io.quiverdb.core;

import io.quiverdb.core.rows.MergedRows;
import io.quiverdb.core.rows.RowCursor;
import io.quiverdb.core.rows.RowSource;
import io.quiverdb.core.rows.TouchedIds;
import io.quiverdb.core.search.ExactSearch;
import io.quiverdb.core.search.QueryStatistics;
import io.quiverdb.core.search.RowFilter;
import io.quiverdb.core.state.CollectionHead;
import io.quiverdb.core.state.CollectionSnapshot;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The views that a [Store] publishes.
final class StoreViews {
  private static final int STREAM_PAGE_POINTS = 1000;
  private static final long STREAM_PAGE_BYTES = 1 << 20;

  private StoreViews() {}

  /// What changed of a collection after the checkpoint at operation `after`.
  static RecoveryTail tail(CollectionView view, long after) {
    var snapshot = ((PublishedCollection) view).snapshot();
    var touched = TouchedIds.of(snapshot.sources(), after, snapshot.version());
    return new RecoveryTail(
        touched.stream().map(id -> new String(id, StandardCharsets.UTF_8)).toList(), view);
  }

  /// @param snapshots of its collections, in the order of their ids
  record PublishedStore(
      Position position,
      long epoch,
      List<SlotRange> slots,
      long version,
      List<CollectionSnapshot> snapshots,
      Map<String, Long> idsByName)
      implements StoreView {
    @Override
    public List<CollectionView> collections() {
      return snapshots.stream().<CollectionView>map(PublishedCollection::new).toList();
    }

    @Override
    public Optional<CollectionView> collection(long collectionId) {
      return snapshot(collectionId).map(PublishedCollection::new);
    }

    Optional<CollectionView> collection(String name) {
      return Optional.ofNullable(idsByName.get(name)).flatMap(this::collection);
    }

    Optional<CollectionHead> head(long collectionId) {
      return snapshot(collectionId).map(CollectionSnapshot::head);
    }

    private Optional<CollectionSnapshot> snapshot(long collectionId) {
      int low = 0;
      int high = snapshots.size() - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        var snapshot = snapshots.get(middle);
        int order = Long.compareUnsigned(snapshot.head().id(), collectionId);
        if (order == 0) {
          return Optional.of(snapshot);
        }
        if (order < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return Optional.empty();
    }
  }

  /// The points behind `after`, in the order of their ids, read as they are asked for.
  static Stream<StoredPoint> stream(CollectionView collection, Optional<String> after) {
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
    return collection.scan(after, STREAM_PAGE_POINTS, STREAM_PAGE_BYTES, Optional.empty());
  }

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
      for (RowSource source : snapshot.sources().reversed()) {
        int row = source.find(idUtf8, snapshot.version());
        if (row >= 0) {
          return Optional.of(
              point(idUtf8, source.vector(row), source.payload(row), source.version(row)));
        }
      }
      return Optional.empty();
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
    public List<Hit> search(Query query, QueryStatistics statistics) {
      int dimension = descriptor().dimension();
      if (query.vector().dimension() != dimension) {
        throw new IllegalArgumentException(
            "vector: " + query.vector().dimension() + " values (expected: " + dimension + ")");
      }
      noteFields(query.filter(), statistics);
      return new ExactSearch(query, descriptor().metric(), statistics)
          .run(snapshot.sources(), snapshot.version());
    }

    private void noteFields(Optional<Filter> filter, QueryStatistics statistics) {
      filter.ifPresent(condition -> statistics.noteFields(condition, settings()));
    }

    private StoredPoint point(RowCursor row) {
      return point(
          row.id(),
          row.vectors().asSlice(row.vectorOffset(), vectorBytes()),
          row.payload(),
          row.version());
    }

    private static StoredPoint point(
        byte[] id, MemorySegment vector, MemorySegment payload, long version) {
      return new StoredPoint(
          new String(id, StandardCharsets.UTF_8),
          Vector.fromLittleEndian(vector.asByteBuffer()),
          Payload.of(payload.asByteBuffer()),
          version);
    }

    private long bytes(RowCursor row) {
      return row.id().length + vectorBytes() + row.payload().byteSize();
    }

    private long vectorBytes() {
      return (long) descriptor().dimension() * Float.BYTES;
    }
  }
}
