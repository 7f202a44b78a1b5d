package io.quiverdb.client;

import io.quiverdb.api.v1.CheckReplicasResponse;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The state hashes of all replicas: the catalogue's, and each shard's, at one position of its log.
///
/// @param equal whether every replica answered and has its leader's hash
/// @param catalog empty from a node of a release that does not compare it
public record ReplicaCheck(boolean equal, Optional<Catalog> catalog, List<Shard> shards) {
  public ReplicaCheck {
    shards = List.copyOf(shards);
  }

  /// Those of the catalogue, then those of each shard.
  public List<Replica> replicas() {
    return Stream.concat(
            catalog.stream().flatMap(one -> one.replicas().stream()),
            shards.stream().flatMap(one -> one.replicas().stream()))
        .toList();
  }

  /// @param index of the entry after which it was compared
  public record Catalog(long index, List<Replica> replicas) {
    public Catalog {
      replicas = List.copyOf(replicas);
    }
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
        response.getEqual(),
        response.hasCatalog() ? Optional.of(catalog(response.getCatalog())) : Optional.empty(),
        response.getShardsList().stream().map(ReplicaCheck::shard).toList());
  }

  private static Catalog catalog(CheckReplicasResponse.CatalogCheck catalog) {
    return new Catalog(catalog.getIndex(), replicas(catalog.getReplicasList()));
  }

  private static Shard shard(CheckReplicasResponse.ShardCheck shard) {
    return new Shard(
        shard.getShard(), shard.getTerm(), shard.getIndex(), replicas(shard.getReplicasList()));
  }

  private static List<Replica> replicas(List<CheckReplicasResponse.ReplicaHash> replicas) {
    return replicas.stream()
        .map(
            replica ->
                new Replica(
                    replica.getNodeId(),
                    replica.getLeader(),
                    Optional.of(replica.getHash()).filter(hash -> !hash.isEmpty()),
                    Optional.of(replica.getError()).filter(error -> !error.isEmpty())))
        .toList();
  }
}
