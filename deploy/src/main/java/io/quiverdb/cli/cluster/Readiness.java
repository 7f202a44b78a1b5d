package io.quiverdb.cli.cluster;

import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.ClusterStatus.Role;
import io.quiverdb.client.ClusterTopology;
import java.util.ArrayList;
import java.util.List;

/// Whether a cluster takes writes on every shard, and what is missing if not. A dead node is no
/// reason as long as the others are a majority.
///
/// @param reasons none if it is ready
public record Readiness(List<String> reasons) {
  public static Readiness notFormed() {
    return new Readiness(List.of("no cluster has been formed ('quiver cluster init' forms one)"));
  }

  public static Readiness of(ClusterTopology topology, ClusterStatus status) {
    if (topology.clusterId().isEmpty() || topology.shards().isEmpty()) {
      return notFormed();
    }
    var reasons = new ArrayList<String>();
    for (var shard : topology.shards()) {
      long serving = count(status, shard, List.of(Role.LEADER, Role.FOLLOWER));
      int majority = shard.memberIds().size() / 2 + 1;
      if (serving < majority) {
        reasons.add(
            "shard " + shard.number() + ": " + serving + " replicas (expected: " + majority + ")");
      } else if (count(status, shard, List.of(Role.LEADER)) == 0) {
        reasons.add("shard " + shard.number() + ": no leader");
      }
    }
    return new Readiness(List.copyOf(reasons));
  }

  /// Whether every node is up and ready as well: before one more is stopped.
  public static Readiness ofAll(ClusterTopology topology, ClusterStatus status) {
    var reasons = new ArrayList<>(of(topology, status).reasons());
    for (var node : status.nodes()) {
      if (!node.reachable()) {
        reasons.add("node " + node.clientAddress() + ": not reachable");
      } else if (!node.ready()) {
        reasons.add(
            "node %s: %s".formatted(node.clientAddress(), String.join(", ", node.reasons())));
      }
    }
    return new Readiness(List.copyOf(reasons));
  }

  public boolean isReady() {
    return reasons.isEmpty();
  }

  private static long count(ClusterStatus status, ClusterTopology.Shard shard, List<Role> roles) {
    return status.nodes().stream()
        .filter(node -> node.reachable() && shard.memberIds().contains(node.id()))
        .flatMap(node -> node.replicas().stream())
        .filter(replica -> replica.shard() == shard.number() && roles.contains(replica.role()))
        .count();
  }
}
