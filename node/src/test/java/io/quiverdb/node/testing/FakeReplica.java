package io.quiverdb.node.testing;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Query;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.DeletedMatching;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ReadResult;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.Written;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// A node's replica of a shard: takes writes only if the node leads it.
record FakeReplica(int number, NodeId node, FakeCluster cluster) implements Shard {
  @Override
  public CompletableFuture<Written> write(ShardWrite write) {
    return asLeader(shard -> shard.write(write));
  }

  @Override
  public CompletableFuture<DeletedMatching> deleteMatching(
      long collectionId, long epoch, Filter filter) {
    return asLeader(shard -> shard.deleteMatching(collectionId, epoch, filter));
  }

  @Override
  public CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
      long collectionId, List<String> ids, Consistency consistency) {
    return asReplica(consistency, shard -> shard.get(collectionId, ids, consistency));
  }

  @Override
  public CompletableFuture<ReadResult<ScanPage>> scan(
      long collectionId,
      Optional<String> after,
      int limit,
      Optional<Filter> filter,
      Consistency consistency) {
    return asReplica(
        consistency, shard -> shard.scan(collectionId, after, limit, filter, consistency));
  }

  @Override
  public CompletableFuture<ReadResult<Long>> count(
      long collectionId, Optional<Filter> filter, Consistency consistency) {
    return asReplica(consistency, shard -> shard.count(collectionId, filter, consistency));
  }

  @Override
  public CompletableFuture<ReadResult<List<Hit>>> search(
      long collectionId, Query query, Consistency consistency) {
    return asReplica(consistency, shard -> shard.search(collectionId, query, consistency));
  }

  @Override
  public CompletableFuture<ReadResult<List<SegmentPlan>>> explain(long collectionId, Query query) {
    return asLeader(shard -> shard.explain(collectionId, query));
  }

  private <T> CompletableFuture<T> asLeader(Function<Shard, CompletableFuture<T>> call) {
    cluster.noteCall(node, number);
    var leader = cluster.trueLeader(number);
    if (!leader.equals(Optional.of(node))) {
      return CompletableFuture.failedFuture(
          new ShardException.NotLeader("shard " + number, leader));
    }
    if (cluster.isDown(node)) {
      return CompletableFuture.failedFuture(new ShardException.Unavailable("down"));
    }
    return call.apply(cluster.shard(number));
  }

  private Optional<NodeId> leaderKnownHere() {
    return node.equals(cluster.self()) ? cluster.leader(number) : cluster.trueLeader(number);
  }

  private <T> CompletableFuture<T> asReplica(
      Consistency consistency, Function<Shard, CompletableFuture<T>> call) {
    cluster.noteCall(node, number);
    if (cluster.isDown(node)) {
      return CompletableFuture.failedFuture(new ShardException.Unavailable("down"));
    }
    var patience =
        switch (consistency) {
          case Consistency.Linearizable(var limit) -> limit;
          case Consistency.Session(_, var limit) -> limit;
          case Consistency.Any() -> Optional.<Duration>empty();
        };
    if (consistency instanceof Consistency.Linearizable && leaderKnownHere().isEmpty()) {
      return CompletableFuture.failedFuture(
          new ShardException.Unavailable("shard " + number + ": no leader is ready"));
    }
    if (cluster.isBehind(node) && !(consistency instanceof Consistency.Any)) {
      return patience.isPresent()
          ? CompletableFuture.failedFuture(new ShardException.Unavailable("behind"))
          : new CompletableFuture<>();
    }
    return call.apply(cluster.shard(number));
  }
}
