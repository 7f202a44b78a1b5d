package io.quiverdb.raft;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Query;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.StoredPoint;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// One shard, served here or by another node. Reads see what they are asked to see, and are
/// linearizable if nothing else is asked: they see every write that was acknowledged before they
/// began.
///
/// Futures fail with a [ShardException], or with [IllegalArgumentException] for the caller's
/// mistake. They have no time limit of their own; a write that is given up by its caller may still
/// be applied.
public interface Shard {
  /// The page of a scan ends with the point with which it is larger than this.
  long SCAN_BYTES_MAX = 2 << 20;

  int number();

  CompletableFuture<Written> write(ShardWrite write);

  /// Deletes the points that match as of a linearizable read, but for those that change before
  /// their delete. Not deduplicated: to ask again finds what matches then. A failure other than
  /// [ShardException.OutcomeUnknown] means that nothing was deleted.
  ///
  /// @param epoch of the shard that the sender means
  CompletableFuture<DeletedMatching> deleteMatching(long collectionId, long epoch, Filter filter);

  /// One element per id, in their order.
  CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
      long collectionId, List<String> ids, Consistency consistency);

  default CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
      long collectionId, List<String> ids) {
    return get(collectionId, ids, Consistency.LINEARIZABLE);
  }

  /// At most `limit` points after `after`, in id order.
  CompletableFuture<ReadResult<ScanPage>> scan(
      long collectionId,
      Optional<String> after,
      int limit,
      Optional<Filter> filter,
      Consistency consistency);

  default CompletableFuture<ReadResult<ScanPage>> scan(
      long collectionId, Optional<String> after, int limit, Optional<Filter> filter) {
    return scan(collectionId, after, limit, filter, Consistency.LINEARIZABLE);
  }

  CompletableFuture<ReadResult<Long>> count(
      long collectionId, Optional<Filter> filter, Consistency consistency);

  default CompletableFuture<ReadResult<Long>> count(long collectionId, Optional<Filter> filter) {
    return count(collectionId, filter, Consistency.LINEARIZABLE);
  }

  CompletableFuture<ReadResult<List<Hit>>> search(
      long collectionId, Query query, Consistency consistency);

  default CompletableFuture<ReadResult<List<Hit>>> search(long collectionId, Query query) {
    return search(collectionId, query, Consistency.LINEARIZABLE);
  }

  /// Runs a linearizable search, and tells how it went over each run of rows, the oldest first.
  CompletableFuture<ReadResult<List<SegmentPlan>>> explain(long collectionId, Query query);
}
