package io.quiverdb.node.peer;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Hit;
import io.quiverdb.core.Query;
import io.quiverdb.core.ScanPage;
import io.quiverdb.core.SegmentPlan;
import io.quiverdb.core.StoredPoint;
import io.quiverdb.node.peer.PeerFailures.Asked;
import io.quiverdb.node.peer.proto.CountPointsRequest;
import io.quiverdb.node.peer.proto.DeleteMatchingRequest;
import io.quiverdb.node.peer.proto.GetPointsRequest;
import io.quiverdb.node.peer.proto.GetPointsResponse;
import io.quiverdb.node.peer.proto.PeerServiceGrpc;
import io.quiverdb.node.peer.proto.ScanPointsRequest;
import io.quiverdb.raft.Consistency;
import io.quiverdb.raft.DeletedMatching;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.ReadResult;
import io.quiverdb.raft.Shard;
import io.quiverdb.raft.ShardWrite;
import io.quiverdb.raft.Written;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// A shard that another node serves.
final class GrpcShard implements Shard {
  private final int number;
  private final PeerCalls calls;
  private final Asked read;
  private final Asked change;

  GrpcShard(int number, PeerCalls calls) {
    this.number = number;
    this.calls = calls;
    this.read = Asked.read(new GroupKey.ShardGroup(number));
    this.change = Asked.change(new GroupKey.ShardGroup(number));
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public CompletableFuture<Written> write(ShardWrite write) {
    return calls.call(
        PeerServiceGrpc.getWriteShardMethod(),
        ShardMessages.write(number, write),
        change.of(collectionId(write)),
        response ->
            new Written(
                ShardMessages.outcome(response.getOutcome()),
                PeerMessages.position(response.getPosition())));
  }

  private static long collectionId(ShardWrite write) {
    return switch (write) {
      case ShardWrite.Upsert upsert -> upsert.collectionId();
      case ShardWrite.SetPayload set -> set.collectionId();
      case ShardWrite.Delete delete -> delete.collectionId();
      case ShardWrite.UpdateSettings update -> update.collectionId();
      case ShardWrite.CreateCollection create -> create.collectionId();
      case ShardWrite.DropCollection drop -> drop.collectionId();
      case ShardWrite.ShredCollection shred -> shred.collectionId();
      case ShardWrite.HashMark _, ShardWrite.SetOwnership _, ShardWrite.SetFeatureLevel _ -> 0;
    };
  }

  @Override
  public CompletableFuture<DeletedMatching> deleteMatching(
      long collectionId, long epoch, Filter filter) {
    return calls.call(
        PeerServiceGrpc.getDeleteMatchingMethod(),
        DeleteMatchingRequest.newBuilder()
            .setShard(number)
            .setCollectionId(collectionId)
            .setEpoch(epoch)
            .setFilter(FilterMessages.filter(filter))
            .build(),
        change.of(collectionId),
        response ->
            new DeletedMatching(
                response.getDeletedCount(),
                response.getChangedCount(),
                response.getChangedIdsList(),
                PeerMessages.position(response.getPosition())));
  }

  @Override
  public CompletableFuture<ReadResult<List<Optional<StoredPoint>>>> get(
      long collectionId, List<String> ids, Consistency consistency) {
    return calls.call(
        PeerServiceGrpc.getGetPointsMethod(),
        GetPointsRequest.newBuilder()
            .setShard(number)
            .setCollectionId(collectionId)
            .addAllIds(ids)
            .setLevel(ReadMessages.level(consistency))
            .build(),
        read.of(collectionId),
        response ->
            ReadMessages.result(
                response.getFoundList().stream().map(GrpcShard::found).toList(),
                response.getPosition(),
                response.hasLag(),
                response.getLag()));
  }

  private static Optional<StoredPoint> found(GetPointsResponse.Found message) {
    return message.hasPoint()
        ? Optional.of(ShardMessages.storedPoint(message.getPoint()))
        : Optional.empty();
  }

  @Override
  public CompletableFuture<ReadResult<ScanPage>> scan(
      long collectionId,
      Optional<String> after,
      int limit,
      Optional<Filter> filter,
      Consistency consistency) {
    var request =
        ScanPointsRequest.newBuilder()
            .setShard(number)
            .setCollectionId(collectionId)
            .setLimit(limit)
            .setLevel(ReadMessages.level(consistency));
    after.ifPresent(request::setAfter);
    filter.ifPresent(condition -> request.setFilter(FilterMessages.filter(condition)));
    return calls.call(
        PeerServiceGrpc.getScanPointsMethod(),
        request.build(),
        read.of(collectionId),
        response ->
            ReadMessages.result(
                new ScanPage(
                    response.getPointsList().stream().map(ShardMessages::storedPoint).toList(),
                    response.getMore()),
                response.getPosition(),
                response.hasLag(),
                response.getLag()));
  }

  @Override
  public CompletableFuture<ReadResult<Long>> count(
      long collectionId, Optional<Filter> filter, Consistency consistency) {
    var request =
        CountPointsRequest.newBuilder()
            .setShard(number)
            .setCollectionId(collectionId)
            .setLevel(ReadMessages.level(consistency));
    filter.ifPresent(condition -> request.setFilter(FilterMessages.filter(condition)));
    return calls.call(
        PeerServiceGrpc.getCountPointsMethod(),
        request.build(),
        read.of(collectionId),
        response ->
            ReadMessages.result(
                response.getCount(), response.getPosition(), response.hasLag(), response.getLag()));
  }

  @Override
  public CompletableFuture<ReadResult<List<Hit>>> search(
      long collectionId, Query query, Consistency consistency) {
    return calls.call(
        PeerServiceGrpc.getSearchPointsMethod(),
        ShardMessages.search(number, collectionId, query)
            .setLevel(ReadMessages.level(consistency))
            .build(),
        read.of(collectionId),
        response ->
            ReadMessages.result(
                response.getHitsList().stream().map(ShardMessages::hit).toList(),
                response.getPosition(),
                response.hasLag(),
                response.getLag()));
  }

  @Override
  public CompletableFuture<ReadResult<List<SegmentPlan>>> explain(long collectionId, Query query) {
    return calls.call(
        PeerServiceGrpc.getExplainSearchMethod(),
        ShardMessages.search(number, collectionId, query).build(),
        read.of(collectionId),
        response ->
            new ReadResult<>(
                response.getPlansList().stream().map(ShardMessages::plan).toList(),
                PeerMessages.position(response.getPosition())));
  }
}
