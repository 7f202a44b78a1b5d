package io.quiverdb.cli.cluster;

import io.quiverdb.client.ReplicaCheck;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Which nodes hold what their shards' leaders hold.
///
/// @param nodesVerified ids of nodes whose hash on every shard equals its leader's
/// @param allEqual whether that is so for every replica
public record ReplicaVerification(Set<String> nodesVerified, boolean allEqual) {
  public static ReplicaVerification of(ReplicaCheck check) {
    var nodes = new TreeSet<String>();
    var failed = new TreeSet<String>();
    for (var shard : check.shards()) {
      var leaderHash =
          shard.replicas().stream()
              .filter(ReplicaCheck.Replica::leader)
              .findFirst()
              .flatMap(ReplicaCheck.Replica::hash);
      for (var replica : shard.replicas()) {
        nodes.add(replica.nodeId());
        if (!isVerified(replica.hash(), leaderHash)) {
          failed.add(replica.nodeId());
        }
      }
    }
    nodes.removeAll(failed);
    return new ReplicaVerification(
        Set.copyOf(nodes), check.equal() && failed.isEmpty() && !nodes.isEmpty());
  }

  private static boolean isVerified(Optional<String> hash, Optional<String> leaderHash) {
    return hash.isPresent() && hash.equals(leaderHash);
  }
}
