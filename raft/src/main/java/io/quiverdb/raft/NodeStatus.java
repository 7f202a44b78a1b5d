package io.quiverdb.raft;

import io.quiverdb.core.VersionRange;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// How one node fares.
///
/// @param clusterId empty until the catalogue's first operation, which forms the cluster, is
///   applied here; a mere claim does not count
/// @param masterKeyId of the master key that wraps this node's catalogue key; empty if it encrypts
///   nothing, or has none yet
/// @param featureLevels that its release supports; empty if it does not say
/// @param reasons why it is not ready to serve; none if it is
public record NodeStatus(
    Member self,
    String version,
    Optional<UUID> clusterId,
    Optional<String> masterKeyId,
    Optional<VersionRange> featureLevels,
    List<String> reasons,
    List<ReplicaStatus> replicas) {
  public NodeStatus {
    reasons = List.copyOf(reasons);
    replicas = List.copyOf(replicas);
  }

  public boolean ready() {
    return reasons.isEmpty();
  }
}
