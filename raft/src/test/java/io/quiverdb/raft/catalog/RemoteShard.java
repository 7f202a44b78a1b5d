package io.quiverdb.raft.catalog;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Query;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.DeletedMatching;
import io.quiverdb.raft.ReadResult;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.Written;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// A shard that can only be written to.
record RemoteShard(int number, Function<ShardWrite, CompletableFuture<Written>> writer)
    implements Shard {
  @Override
  public CompletableFuture<Written> write(ShardWrite write) {
    return writer.apply(write);
  }

  @Override
  public CompletableFuture<DeletedMatching> deleteMatching(
      long collectionId, long epoch, Filter filter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
      long collectionId, List<String> ids, Consistency consistency) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ReadResult<ScanPage>> scan(
      long collectionId,
      Optional<String> after,
      int limit,
      Optional<Filter> filter,
      Consistency consistency) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ReadResult<Long>> count(
      long collectionId, Optional<Filter> filter, Consistency consistency) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ReadResult<List<Hit>>> search(
      long collectionId, Query query, Consistency consistency) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ReadResult<List<SegmentPlan>>> explain(long collectionId, Query query) {
    throw new UnsupportedOperationException();
  }
}
