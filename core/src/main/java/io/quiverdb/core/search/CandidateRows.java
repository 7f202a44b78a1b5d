package io.quiverdb.core.search;

import io.quiverdb.core.filter.PayloadFilter;
import io.quiverdb.core.rows.RowCursor;
import io.quiverdb.core.secondary.Candidates;
import java.util.Optional;
import org.roaringbitmap.PeekableIntIterator;

/// The rows of a source that may match a filter. Stands before the first one until [#next]. Whether
/// it does match is asked separately, since the answer may cost a payload. For one thread.
final class CandidateRows {
  private final RowCursor rows;
  private final Optional<Candidates> candidates;
  private final Optional<PeekableIntIterator> possible;
  private final Optional<PayloadFilter> filter;
  private final QueryStatistics statistics;

  /// @param rows by ascending numbers if there are candidates
  CandidateRows(
      RowCursor rows,
      Optional<Candidates> candidates,
      Optional<PayloadFilter> filter,
      QueryStatistics statistics) {
    this.rows = rows;
    this.candidates = candidates;
    this.possible = candidates.map(all -> all.possible().getIntIterator());
    this.filter = filter;
    this.statistics = statistics;
  }

  boolean next() {
    boolean found = possible.isEmpty() ? rows.next() : next(possible.get());
    if (found) {
      statistics.countRow();
    }
    return found;
  }

  private boolean next(PeekableIntIterator possible) {
    while (possible.hasNext()) {
      int wanted = possible.peekNext();
      if (!rows.nextFrom(wanted)) {
        return false;
      }
      // Where the one wanted is dead, the cursor has gone to a later one.
      possible.advanceIfNeeded(rows.row());
      if (possible.hasNext() && possible.peekNext() == rows.row()) {
        int _ = possible.next();
        return true;
      }
    }
    return false;
  }

  boolean matches() {
    if (filter.isEmpty() || isCertain()) {
      return true;
    }
    statistics.countPayload();
    return filter.get().matches(rows.payload());
  }

  private boolean isCertain() {
    return candidates.isPresent() && candidates.get().certain().contains(rows.row());
  }

  RowCursor row() {
    return rows;
  }
}
