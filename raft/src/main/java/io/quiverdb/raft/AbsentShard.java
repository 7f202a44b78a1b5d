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

/// A shard that is not open here: every call fails the same way.
record AbsentShard(int number, ShardException reason) implements Shard {
  @Override
  public CompletableFuture<Written> write(ShardWrite write) {
    return CompletableFuture.failedFuture(reason);
  }

  @Override
  public CompletableFuture<DeletedMatching> deleteMatching(
      long collectionId, long epoch, Filter filter) {
    return CompletableFuture.failedFuture(reason);
  }

  @Override
  public CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
      long collectionId, List<String> ids, Consistency consistency) {
    return CompletableFuture.failedFuture(reason);
  }

  @Override
  public CompletableFuture<ReadResult<ScanPage>> scan(
      long collectionId,
      Optional<String> after,
      int limit,
      Optional<Filter> filter,
      Consistency consistency) {
    return CompletableFuture.failedFuture(reason);
  }

  @Override
  public CompletableFuture<ReadResult<Long>> count(
      long collectionId, Optional<Filter> filter, Consistency consistency) {
    return CompletableFuture.failedFuture(reason);
  }

  @Override
  public CompletableFuture<ReadResult<List<Hit>>> search(
      long collectionId, Query query, Consistency consistency) {
    return CompletableFuture.failedFuture(reason);
  }

  @Override
  public CompletableFuture<ReadResult<List<SegmentPlan>>> explain(long collectionId, Query query) {
    return CompletableFuture.failedFuture(reason);
  }
}
