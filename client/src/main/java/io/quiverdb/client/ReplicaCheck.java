package io.quiverdb.client;

import io.quiverdb.api.v1.CheckReplicasResponse;
import java.util.List;
import java.util.Optional;

/// The state hashes of all replicas, each shard's at one position of its log.
///
/// @param equal whether every replica answered and has its leader's hash
public record ReplicaCheck(boolean equal, List<Shard> shards) {
  public ReplicaCheck {
    shards = List.copyOf(shards);
  }

  /// @param term of the position that was compared, as is the index
  public record Shard(int number, long term, long index, List<Replica> replicas) {
    public Shard {
      replicas = List.copyOf(replicas);
    }
  }

  /// @param hash 32 hexadecimal digits; empty if the replica did not answer
  /// @param error why it did not
  public record Replica(
      String nodeId, boolean leader, Optional<String> hash, Optional<String> error) {}

  static ReplicaCheck of(CheckReplicasResponse response) {
    return new ReplicaCheck(
        response.getEqual(), response.getShardsList().stream().map(ReplicaCheck::shard).toList());
  }

  private static Shard shard(CheckReplicasResponse.ShardCheck shard) {
    return new Shard(
        shard.getShard(),
        shard.getTerm(),
        shard.getIndex(),
        shard.getReplicasList().stream()
            .map(
                replica ->
                    new Replica(
                        replica.getNodeId(),
                        replica.getLeader(),
                        Optional.of(replica.getHash()).filter(hash -> !hash.isEmpty()),
                        Optional.of(replica.getError()).filter(error -> !error.isEmpty())))
            .toList());
  }
}
