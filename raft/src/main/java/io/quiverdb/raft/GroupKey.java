package io.quiverdb.raft;

/// A Raft group of the cluster.
public sealed interface GroupKey {
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
