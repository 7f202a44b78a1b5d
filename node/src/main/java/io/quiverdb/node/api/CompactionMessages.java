package io.quiverdb.node.api;

import io.quiverdb.api.v1.CompactCollectionResponse;
import io.quiverdb.node.routing.Compaction.ReplicaSegments;
import io.quiverdb.node.routing.Compaction.ShardSegments;
import java.util.List;

/// What replicas begin to merge, as the contract tells it.
final class CompactionMessages {
  private CompactionMessages() {}

  static CompactCollectionResponse response(List<ShardSegments> shards) {
    return CompactCollectionResponse.newBuilder()
        .setAccepted(shards.stream().allMatch(ShardSegments::accepted))
        .addAllShards(shards.stream().map(CompactionMessages::shard).toList())
        .build();
  }

  private static CompactCollectionResponse.ShardSegments shard(ShardSegments shard) {
    return CompactCollectionResponse.ShardSegments.newBuilder()
        .setShard(shard.shard())
        .addAllReplicas(shard.replicas().stream().map(CompactionMessages::replica).toList())
        .build();
  }

  private static CompactCollectionResponse.ReplicaSegments replica(ReplicaSegments replica) {
    var message =
        CompactCollectionResponse.ReplicaSegments.newBuilder()
            .setNodeId(replica.node().toString())
            .setError(replica.problem().orElse(""));
    replica
        .counts()
        .ifPresent(
            counts ->
                message
                    .setSegments(counts.segments())
                    .setRows(counts.rows())
                    .setDeadRows(counts.deadRows())
                    .setBytes(counts.bytes()));
    return message.build();
  }
}
