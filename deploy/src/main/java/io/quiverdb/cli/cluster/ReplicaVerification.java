package io.quiverdb.cli.cluster;

import io.quiverdb.client.ReplicaCheck;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Which nodes hold what the leaders hold, of their shards and of the catalogue.
///
/// @param nodesVerified ids of nodes whose hashes, on every shard and of the catalogue, equal the
///   leaders'
/// @param allEqual whether that is so for every replica
public record ReplicaVerification(Set<String> nodesVerified, boolean allEqual) {
  public static ReplicaVerification of(ReplicaCheck check) {
    var nodes = new TreeSet<String>();
    var failed = new TreeSet<String>();
    for (var replicas : groups(check)) {
      var leaderHash =
          replicas.stream()
              .filter(ReplicaCheck.Replica::leader)
              .findFirst()
              .flatMap(ReplicaCheck.Replica::hash);
      for (var replica : replicas) {
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

  private static List<List<ReplicaCheck.Replica>> groups(ReplicaCheck check) {
    return Stream.concat(
            check.catalog().stream().map(ReplicaCheck.Catalog::replicas),
            check.shards().stream().map(ReplicaCheck.Shard::replicas))
        .toList();
  }

  private static boolean isVerified(Optional<String> hash, Optional<String> leaderHash) {
    return hash.isPresent() && hash.equals(leaderHash);
  }
}
