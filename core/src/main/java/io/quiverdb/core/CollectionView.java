package io.quiverdb.core;

import java.util.List;
import java.util.Optional;

/// A collection within a [StoreView].
public interface CollectionView {
  long id();

  String name();

  Descriptor descriptor();

  Settings settings();

  /// How many points live in it.
  long size();

  Optional<StoredPoint> get(String id);

  /// The points after `after` in id order, at most `limit` of them and about `bytesMax` bytes.
  ScanPage scan(Optional<String> after, int limit, long bytesMax, Optional<Filter> filter);

  long count(Optional<Filter> filter);

  /// The `k` nearest points that match, nearest first, ties by ascending id; fewer only if there
  /// are fewer. Exact.
  ///
  /// @throws IllegalArgumentException if the query's dimension is not the collection's
  List<Hit> search(Query query);
}
