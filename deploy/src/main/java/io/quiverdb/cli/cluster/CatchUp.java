package io.quiverdb.cli.cluster;

import io.quiverdb.client.ClusterStatus;

/// Whether a node that was away has everything again.
public final class CatchUp {
  private CatchUp() {}

  /// Log entries that the node has yet to apply, over all shards; -1 if it is not up.
  public static long lag(ClusterStatus status, String clientAddress) {
    var node =
        status.nodes().stream()
            .filter(one -> one.clientAddress().equals(clientAddress))
            .findFirst();
    if (node.isEmpty() || !node.get().reachable() || !node.get().ready()) {
      return -1;
    }
    long lag = 0;
    for (var replica : node.get().replicas()) {
      lag += Math.max(0, committed(status, replica.shard()) - replica.appliedIndex());
    }
    return lag;
  }

  private static long committed(ClusterStatus status, int shard) {
    return status.nodes().stream()
        .flatMap(node -> node.replicas().stream())
        .filter(replica -> replica.shard() == shard)
        .mapToLong(ClusterStatus.Replica::committedIndex)
        .max()
        .orElse(0);
  }
}
