package io.quiverdb.core.search;

import io.quiverdb.core.AnswerSize;
import io.quiverdb.core.AnswerTooLargeException;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Payload;
import io.quiverdb.core.Query;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.SegmentPlan.Way;
import io.quiverdb.core.Vector;
import io.quiverdb.core.index.AcceptedRows;
import io.quiverdb.core.index.FoundRows;
import io.quiverdb.core.index.RowNumbers;
import io.quiverdb.core.index.VectorIndex;
import io.quiverdb.core.rows.RowSource;
import io.quiverdb.core.secondary.Candidates;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.roaringbitmap.RoaringBitmap;

/// Finds the nearest rows of a query: of each source by its index where there is one and it pays,
/// else by scoring every row that matches. Whichever it is, never fewer than `k` are found where
/// there are as many, and scores are exact. For one search.
public final class VectorSearch {
  /// How many rows found by an index are scored again beyond `k` at most: its rounding may have put
  /// some of them in the wrong order.
  private static final int MARGIN = 16;

  /// Rows of a scan after which it is asked whether its result is wanted still.
  private static final int ROWS_UNASKED = 64;

  private final Query query;
  private final Metric metric;
  private final QueryStatistics statistics;
  private final Kernel kernel;
  private final RowFilter filter;
  private final TopK<Place> nearest;
  private final BooleanSupplier isUnwanted;

  /// @param query of the dimension of all rows
  /// @param isUnwanted asked every some dozens of rows
  public VectorSearch(
      Query query, Metric metric, QueryStatistics statistics, BooleanSupplier isUnwanted) {
    this.query = query;
    this.metric = metric;
    this.statistics = statistics;
    this.kernel = new Kernel(metric, query.vector(), Arithmetic.vectorSums());
    this.filter = new RowFilter(query.filter(), statistics);
    this.nearest = new TopK<>(query.k(), metric);
    this.isUnwanted = isUnwanted;
  }

  /// The name of what computes distances here.
  public static String kernel() {
    return Arithmetic.name();
  }

  /// The rows that a view as of `version` sees, nearest first, ties by ascending id.
  ///
  /// @throws CancellationException when nobody wants them any more
  /// @throws AnswerTooLargeException if they hold too much
  public List<Hit> run(List<? extends RowSource> sources, long version) {
    for (RowSource source : sources) {
      new SourceSearch(source, version).run();
    }
    var size = new AnswerSize();
    return nearest.nearestFirst().stream()
        .filter(candidate -> isWithinThreshold(candidate.score()))
        .map(candidate -> hit(candidate, size))
        .toList();
  }

  private boolean isWithinThreshold(float score) {
    if (query.scoreThreshold().isEmpty()) {
      return true;
    }
    float threshold = query.scoreThreshold().get();
    return metric == Metric.L2_SQUARED ? score <= threshold : score >= threshold;
  }

  private Hit hit(TopK.Candidate<Place> candidate, AnswerSize size) {
    RowSource source = candidate.row().source;
    int row = candidate.row().row;
    size.add(
        candidate.id().length
            + (query.withPayload() ? source.payload(row).byteSize() : 0)
            + (query.withVector() ? source.vector(row).byteSize() : 0));
    return new Hit(
        new String(candidate.id(), StandardCharsets.UTF_8),
        candidate.score(),
        source.version(row),
        query.withPayload()
            ? Optional.of(Payload.of(source.payload(row).asByteBuffer()))
            : Optional.empty(),
        query.withVector()
            ? Optional.of(Vector.fromLittleEndian(source.vector(row).asByteBuffer()))
            : Optional.empty());
  }

  private record Place(RowSource source, int row) {}

  /// The part of it in one source.
  private final class SourceSearch {
    private final RowSource source;
    private final long version;
    private final Optional<Candidates> candidates;
    private final Matches matches;
    private long rowsScanned;
    private long nodesVisited;

    SourceSearch(RowSource source, long version) {
      this.source = source;
      this.version = version;
      this.candidates = filter.candidates(source);
      this.matches = Matches.estimate(source, query.filter().isPresent(), candidates);
    }

    void run() {
      long startNanos = statistics.nanoTime();
      Way way = search();
      statistics.addPlan(
          new SegmentPlan(
              source.segmentId(),
              way,
              source.rowCount(),
              matches.count(),
              rowsScanned,
              nodesVisited,
              statistics.nanoTime() - startNanos));
    }

    private Way search() {
      var index = source.vectorIndex().or(this::awaitIndex);
      if (index.isEmpty()) {
        scan();
        return query.exact() ? Way.EXACT : Way.NO_GRAPH;
      }
      if (query.exact()) {
        scan(index.get());
        return Way.EXACT;
      }
      if (SearchCosts.scanPays(source.rowCount(), matches.count(), query.candidates())) {
        scan(index.get());
        return Way.FEW_MATCHES;
      }
      if (searchBy(index.get())) {
        return Way.GRAPH;
      }
      scan(index.get());
      return Way.GRAPH_THEN_SCAN;
    }

    /// Whoever reads an index reads all vectors already. To read most of them beside that would
    /// cost both more than to wait.
    private Optional<VectorIndex> awaitIndex() {
      boolean helps = !(query.exact() && matches.isOpen());
      return helps && SearchCosts.readsMost(source.rowCount(), matches.count())
          ? source.awaitVectorIndex(isUnwanted)
          : Optional.empty();
    }

    /// Offers the nearest rows that match, with the speed of an index, where it is known beforehand
    /// which rows match. Its rounding is seen through: what it leaves open is compared without it.
    private void scan(VectorIndex index) {
      if (matches.isOpen()) {
        scan();
        return;
      }
      var found = index.scan(query.vector(), query.k() + MARGIN, matching(), isUnwanted);
      rowsScanned += found.visited();
      statistics.countRows(found.visited());
      boolean certain = offer(index, found) || found.rows().length == found.visited();
      boolean tooFew = found.rows().length < Math.min(query.k(), found.visited());
      if (tooFew || (query.exact() && !certain)) {
        nearest.remove(place -> place.source.equals(source));
        scan();
      }
    }

    /// The rows that live and match, where payloads do not decide.
    private RowNumbers matching() {
      var rows =
          candidates
              .map(Candidates::certain)
              .orElseGet(() -> RoaringBitmap.bitmapOfRange(0, source.rowCount()))
              .getBatchIterator();
      boolean haveDied = source.deadCount() > 0;
      return some -> {
        int count = 0;
        while (count == 0 && rows.hasNext()) {
          count = rows.nextBatch(some);
          count = haveDied ? living(some, count) : count;
        }
        return count;
      };
    }

    /// Moves those that live to the front.
    ///
    /// @return how many do
    private int living(int[] rows, int count) {
      int living = 0;
      for (int index = 0; index < count; index++) {
        if (source.isLiveAt(rows[index], version)) {
          rows[living++] = rows[index];
        }
      }
      return living;
    }

    /// Offers all rows that match.
    private void scan() {
      var rows = filter.inStoredOrder(source, version, candidates);
      var row = rows.row();
      while (rows.next()) {
        if (rowsScanned % ROWS_UNASKED == 0 && isUnwanted.getAsBoolean()) {
          throw new CancellationException("search: not wanted any more");
        }
        rowsScanned++;
        float score = kernel.score(row.vectors(), row.vectorOffset());
        // Whether it matches last: reading a payload costs more than scoring a vector.
        if (nearest.wants(score, row::id) && rows.matches()) {
          nearest.add(score, row.id(), new Place(source, row.row()));
        }
      }
    }

    /// Offers what an index finds, unless that is too little.
    ///
    /// @return whether it is enough
    private boolean searchBy(VectorIndex index) {
      var found =
          index.search(
              query.vector(),
              query.candidates(),
              SearchCosts.visitsMax(matches.count()),
              new AcceptedRows(matches.count(), matches.areAll(), accepted()),
              isUnwanted);
      nodesVisited += found.visited();
      statistics.countRows(found.visited());
      if (!found.complete() || found.rows().length < query.k()) {
        return false;
      }
      boolean _ = offer(index, found);
      return true;
    }

    /// Scores what an index found again, from the nearest on, until for certain nothing behind is
    /// wanted any more, or what is left is unlikely to be.
    ///
    /// @return whether it is certain
    private boolean offer(VectorIndex index, FoundRows found) {
      var vectors = index.vectors();
      int count = Math.min(found.rows().length, query.k() + MARGIN);
      for (int place = 0; place < count; place++) {
        if (nearest.isBeyond(Kernel.rounded(found.limits()[place]))) {
          return true;
        }
        int row = found.rows()[place];
        float score = kernel.score(vectors.memory(), vectors.offset(row));
        if (nearest.wants(score, () -> source.id(row))) {
          nearest.add(score, source.id(row), new Place(source, row));
        }
      }
      return count > 0 && nearest.isBeyond(Kernel.rounded(found.limits()[count - 1]));
    }

    /// Rows that live and match.
    private IntPredicate accepted() {
      if (query.filter().isEmpty()) {
        return row -> source.isLiveAt(row, version);
      }
      if (candidates.isEmpty()) {
        return row -> source.isLiveAt(row, version) && filter.matchesByPayload(source, row);
      }
      var certain = candidates.get().certain();
      if (!matches.isOpen()) {
        return row -> certain.contains(row) && source.isLiveAt(row, version);
      }
      var possible = candidates.get().possible();
      return row ->
          possible.contains(row)
              && source.isLiveAt(row, version)
              && (certain.contains(row) || filter.matchesByPayload(source, row));
    }
  }

  /// How many rows of a source live and match, as far as its indexes tell.
  ///
  /// @param count at most so many, but for those that die or are told apart by their payloads only
  /// @param areAll whether every row is one
  /// @param isOpen whether payloads decide
  private record Matches(int count, boolean areAll, boolean isOpen) {
    static Matches estimate(RowSource source, boolean isFiltered, Optional<Candidates> candidates) {
      int rows = source.rowCount();
      int live = Math.max(0, rows - source.deadCount());
      if (candidates.isEmpty()) {
        return new Matches(live, !isFiltered && live == rows, isFiltered);
      }
      int possible = candidates.get().possible().getCardinality();
      boolean isOpen = possible > candidates.get().certain().getCardinality();
      int count = (int) Math.ceilDiv((long) possible * live, Math.max(1, rows));
      return new Matches(count, false, isOpen);
    }
  }
}
