package io.quiverdb.core.search;

import io.quiverdb.core.Filter;
import io.quiverdb.core.filter.PayloadFilter;
import io.quiverdb.core.rows.RowCursor;
import io.quiverdb.core.rows.RowSource;
import io.quiverdb.core.secondary.Candidates;
import java.util.Optional;
import org.roaringbitmap.RoaringBitmap;

/// Finds the rows that match a filter, or all where there is none: by a source's secondary indexes
/// where it has them, and by payloads where those leave a row open. For one query.
public final class RowFilter {
  private final Optional<Filter> filter;
  private final Optional<PayloadFilter> payloadFilter;
  private final QueryStatistics statistics;

  public RowFilter(Optional<Filter> filter, QueryStatistics statistics) {
    this.filter = filter;
    this.payloadFilter = filter.map(PayloadFilter::of);
    this.statistics = statistics;
  }

  /// The rows that a view as of `version` sees, in the order that costs least.
  ///
  /// @param candidates of the source
  CandidateRows inStoredOrder(RowSource source, long version, Optional<Candidates> candidates) {
    return rows(source.inStoredOrder(version), candidates);
  }

  /// Whether a row matches, where no index says.
  boolean matchesByPayload(RowSource source, int row) {
    statistics.countPayload();
    return payloadFilter.orElseThrow().matches(source.payload(row));
  }

  /// The rows that match, as [RowSource#inIdOrder] has them.
  public RowCursor inIdOrder(RowSource source, Optional<byte[]> after, long version) {
    var rows = source.inIdOrder(after, version);
    return filter.isEmpty() ? rows : new MatchingRows(candidates(source, rows));
  }

  /// How many rows match.
  public long count(RowSource source, long version) {
    var indexed = candidates(source);
    return indexed.isPresent()
        ? countCertain(indexed.get(), source, version) + countOpen(indexed.get(), source, version)
        : countByPayload(inStoredOrder(source, version, Optional.empty()));
  }

  private static long countCertain(Candidates candidates, RowSource source, long version) {
    long count = 0;
    var rows = candidates.certain().getIntIterator();
    while (rows.hasNext()) {
      if (source.isLiveAt(rows.next(), version)) {
        count++;
      }
    }
    return count;
  }

  private long countOpen(Candidates candidates, RowSource source, long version) {
    var open = candidates.possible().clone();
    open.andNot(candidates.certain());
    var nothingCertain = new Candidates(new RoaringBitmap(), open);
    return countByPayload(rows(source.inStoredOrder(version), Optional.of(nothingCertain)));
  }

  private static long countByPayload(CandidateRows rows) {
    long count = 0;
    while (rows.next()) {
      if (rows.matches()) {
        count++;
      }
    }
    return count;
  }

  private CandidateRows candidates(RowSource source, RowCursor rows) {
    return rows(rows, candidates(source));
  }

  private CandidateRows rows(RowCursor rows, Optional<Candidates> candidates) {
    return new CandidateRows(rows, candidates, payloadFilter, statistics);
  }

  /// What the secondary indexes of a source say, where it has them and there is a filter.
  Optional<Candidates> candidates(RowSource source) {
    return filter.flatMap(
        condition ->
            source
                .secondaryIndex()
                .map(index -> Candidates.of(condition, index, source.rowCount())));
  }
}
