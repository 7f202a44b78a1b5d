package io.quiverdb.client;

import java.util.Optional;

/// A cluster that has just been formed.
///
/// @param adminKey its first API key, which is shown this once; empty if its nodes speak no TLS
public record ClusterInfo(
    String clusterId, int nodes, int shards, int replicationFactor, Optional<String> adminKey) {
  /// Without the key.
  @Override
  public String toString() {
    return "ClusterInfo[clusterId=%s, nodes=%d, shards=%d, replicationFactor=%d]"
        .formatted(clusterId, nodes, shards, replicationFactor);
  }
}
