package io.quiverdb.client;

import io.quiverdb.api.v1.CompactCollectionResponse;
import java.util.List;
import java.util.Optional;

/// What the replicas of a collection have begun to merge.
///
/// @param accepted whether every replica has begun
public record CompactionStart(boolean accepted, List<Shard> shards) {
  public CompactionStart {
    shards = List.copyOf(shards);
  }

  public record Shard(int number, List<Replica> replicas) {
    public Shard {
      replicas = List.copyOf(replicas);
    }
  }

  /// What a replica had on its disk when it began.
  ///
  /// @param segments one or none: nothing is left to be merged
  /// @param rows in them, dead ones included
  /// @param deadRows of those, the ones that are dropped
  /// @param bytes of their files
  /// @param error why the replica did not answer
  public record Replica(
      String nodeId, int segments, long rows, long deadRows, long bytes, Optional<String> error) {}

  static CompactionStart of(CompactCollectionResponse response) {
    return new CompactionStart(
        response.getAccepted(),
        response.getShardsList().stream().map(CompactionStart::shard).toList());
  }

  private static Shard shard(CompactCollectionResponse.ShardSegments shard) {
    return new Shard(
        shard.getShard(), shard.getReplicasList().stream().map(CompactionStart::replica).toList());
  }

  private static Replica replica(CompactCollectionResponse.ReplicaSegments replica) {
    return new Replica(
        replica.getNodeId(),
        replica.getSegments(),
        replica.getRows(),
        replica.getDeadRows(),
        replica.getBytes(),
        Optional.of(replica.getError()).filter(error -> !error.isEmpty()));
  }
}
