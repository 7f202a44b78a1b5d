package io.quiverdb.raft;

/// A Raft group of the cluster.
public sealed interface GroupKey {
  /// For an order: the catalogue, then the shards by number.
  default int rank() {
    return switch (this) {
      case CatalogGroup() -> -1;
      case ShardGroup(int number) -> number;
    };
  }

  /// The catalogue: cluster metadata.
  record CatalogGroup() implements GroupKey {
    @Override
    public String toString() {
      return "catalogue";
    }
  }

  /// A shard.
  record ShardGroup(int number) implements GroupKey {
    @Override
    public String toString() {
      return "shard " + number;
    }
  }
}
