package io.quiverdb.raft;

import io.quiverdb.core.VersionRange;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// How one node fares.
///
/// @param clusterId empty until the catalogue's first operation, which forms the cluster, is
///   applied here; a mere claim does not count
/// @param masterKeyId of the master key that wraps this node's catalogue key; empty if it encrypts
///   nothing, or has none yet
/// @param featureLevels that its release supports; empty if it does not say
/// @param reasons why it is not ready to serve; none if it is
/// @param lostVotes the groups that it never becomes a member of again, whether what was left of
///   its replica is still here or not
public record NodeStatus(
    Member self,
    String version,
    Optional<UUID> clusterId,
    Optional<String> masterKeyId,
    Optional<VersionRange> featureLevels,
    List<String> reasons,
    List<ReplicaStatus> replicas,
    Set<GroupKey> lostVotes) {
  public NodeStatus {
    reasons = List.copyOf(reasons);
    replicas = List.copyOf(replicas);
    lostVotes = Set.copyOf(lostVotes);
  }

  /// Of one that has lost no vote.
  public NodeStatus(
      Member self,
      String version,
      Optional<UUID> clusterId,
      Optional<String> masterKeyId,
      Optional<VersionRange> featureLevels,
      List<String> reasons,
      List<ReplicaStatus> replicas) {
    this(
        self,
        version,
        clusterId,
        masterKeyId,
        featureLevels,
        reasons,
        replicas,
        Collections.emptySet());
  }

  public boolean ready() {
    return reasons.isEmpty();
  }
}
