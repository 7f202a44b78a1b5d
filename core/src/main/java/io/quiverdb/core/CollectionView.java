package io.quiverdb.core;

import io.quiverdb.core.search.QueryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// A collection within a [StoreView], to be read until that is closed.
public interface CollectionView {
  long id();

  String name();

  Descriptor descriptor();

  Settings settings();

  /// How many points live in it.
  long size();

  Optional<StoredPoint> get(String id);

  /// The points after `after` in id order, at most `limit` of them and about `bytesMax` bytes.
  default ScanPage scan(Optional<String> after, int limit, long bytesMax, Optional<Filter> filter) {
    return scan(after, limit, bytesMax, filter, new QueryStatistics());
  }

  /// @param statistics hears what it took
  ScanPage scan(
      Optional<String> after,
      int limit,
      long bytesMax,
      Optional<Filter> filter,
      QueryStatistics statistics);

  /// The ids of all points that match, in id order.
  ///
  /// @throws IllegalArgumentException if the filter asks for a field that is not filterable
  List<String> matchingIds(Filter filter);

  default long count(Optional<Filter> filter) {
    return count(filter, new QueryStatistics());
  }

  /// @param statistics hears what it took
  long count(Optional<Filter> filter, QueryStatistics statistics);

  /// The `k` nearest points that match, nearest first, ties by ascending id; fewer only if there
  /// are fewer, or if the others are beyond the threshold of the query.
  ///
  /// Which are the nearest is found by an index where there is one for many rows: most of them,
  /// hardly ever all wrong. Scores are exact, and so is the result if the query asks for it.
  ///
  /// @throws IllegalArgumentException if the query's dimension is not the collection's
  default List<Hit> search(Query query) {
    return search(query, new QueryStatistics(), () -> false);
  }

  /// @param statistics hears what it took
  /// @param isUnwanted asked every some dozens of vectors
  /// @throws CancellationException when that says so
  List<Hit> search(Query query, QueryStatistics statistics, BooleanSupplier isUnwanted);
}
