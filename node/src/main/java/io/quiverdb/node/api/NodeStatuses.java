package io.quiverdb.node.api;

import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.routing.Deadline;
import io.quiverdb.node.routing.RoutingException;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.NodeStatus;
import io.quiverdb.raft.ShardException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// Asks the nodes of the cluster how they fare.
final class NodeStatuses {
  // A node that takes longer is shown as not reachable.
  private static final Duration WAIT = Duration.ofSeconds(3);

  private NodeStatuses() {}

  /// All at once, this node too.
  ///
  /// @return of those that answer soon enough
  static Map<NodeId, NodeStatus> of(Cluster cluster, List<Member> members, Deadline deadline) {
    var soon = deadline.within(WAIT);
    Map<NodeId, CompletableFuture<NodeStatus>> asked = new TreeMap<>();
    for (var member : members) {
      boolean isSelf = member.id().equals(cluster.self());
      asked.put(
          member.id(),
          isSelf
              ? CompletableFuture.completedFuture(cluster.status())
              : cluster.peer(member.id()).status());
    }
    Map<NodeId, NodeStatus> answered = new HashMap<>();
    asked.forEach(
        (id, answer) -> status(id, answer, soon).ifPresent(status -> answered.put(id, status)));
    return answered;
  }

  private static Optional<NodeStatus> status(
      NodeId member, CompletableFuture<NodeStatus> answer, Deadline deadline) {
    try {
      return Optional.of(deadline.await("node " + member, answer));
    } catch (RoutingException | ShardException _) {
      return Optional.empty();
    }
  }
}
